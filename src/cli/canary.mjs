#!/usr/bin/env node
import { loadCommand } from "./bundle.mjs";

const words = process.argv.slice(2);
// A stack trace then names the sources, not the bundle.
if (words.includes("--verbose")) process.setSourceMapsEnabled(true);
const { main } = await loadCommand();
process.exitCode = await main(words);
