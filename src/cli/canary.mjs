#!/usr/bin/env node
import module from "node:module";
import { fileURLToPath } from "node:url";
import { nodeProblem } from "../process/node-version.mjs";

/** As `EXIT.failed` in ../results/exit.ts, which a Node that is too old cannot read. */
const FAILED = 1;
/** Not the folder that Node would take, in the one for temporary files: what is kept there runs as code. */
const COMPILED = fileURLToPath(new URL("../../node_modules/.cache/canary-stages", import.meta.url));

const problem = nodeProblem();
if (problem) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = FAILED;
} else {
  // Sources without their types, and compiled: docs/adr/0031-the-command-runs-its-sources.md.
  module.enableCompileCache(COMPILED);
  const words = process.argv.slice(2);
  const { prefetch } = await import("./prefetch.ts");
  const prefetched = await prefetch(words);
  const { main } = await import("./main.ts");
  process.exitCode = await main(words, prefetched.run);
  prefetched.end();
}
