/**
 * Run by npm when it has installed the dependencies: links the Node among them as node_modules/.bin/node, where scripts and
 * `npx` look first. npm 11 has done that already. npm 10 takes the link away again, with the package of another platform
 * that it leaves out, because both have a program of that name.
 */
import { existsSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const MODULES = join(dirname(dirname(fileURLToPath(import.meta.url))), "node_modules");
const BIN = join(MODULES, ".bin");
const node = join(MODULES, `node-${process.platform}-${process.arch}`, "bin", "node");
const link = join(BIN, "node");

if (existsSync(node) && !existsSync(link)) symlinkSync(relative(BIN, node), link);
