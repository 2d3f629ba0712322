/**
 * Runs a program of this project from a clean clone: plain JavaScript without dependencies, for an older Node too.
 *
 *   node local/bootstrap.mjs SCRIPT.ts [ARGUMENT…]    a program of this project
 *   node local/bootstrap.mjs --machine SCRIPT.ts …    the same, for what brings up a cluster on this machine
 *   node local/bootstrap.mjs COMMAND [ARGUMENT…]      a command of node_modules/.bin, such as mocha
 *
 * Checks, unless another cluster is named, what the machine must have, and installs the dependencies when they are
 * missing or not those of package-lock.json. Among these is the Node that everything runs by, on Linux; elsewhere it is
 * this one, if that is new enough. Passes arguments, exit status and signals on. Exits with 2 when the environment will
 * not do.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const WRONG_ENVIRONMENT = 2;
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const BIN = join(ROOT, "node_modules", ".bin");
/** The package that has the Node for this machine, where there is one. */
const OUR_NODE = `node-${process.platform}-${process.arch}`;

const words = process.argv.slice(2);
const needsMachine = words[0] === "--machine";
const [program, ...args] = needsMachine ? words.slice(1) : words;
if (program === undefined) fail("Usage: node local/bootstrap.mjs SCRIPT.ts|COMMAND [ARGUMENT…]");
if (!bringsNode()) requireNode();
if (needsMachine && !args.some(isForElsewhere)) await requireMachine();
if (!isInstalled()) install();
run(program, args);

/** Whether npm installs a Node for this machine: package.json has those of its platforms as optional dependencies. */
function bringsNode() {
  return OUR_NODE in (readJson("package.json")?.optionalDependencies ?? {});
}

function requireNode() {
  const wanted = readJson("package.json")?.engines?.node ?? "";
  const minimum = /^>=\s*(\d+)(?:\.(\d+))?/.exec(wanted);
  if (!minimum) return;
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [wantedMajor, wantedMinor] = [Number(minimum[1]), Number(minimum[2] ?? 0)];
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  fail(`This is Node ${process.versions.node}, and ${wanted} is needed: install it.`);
}

/** Whether a word of the command line says that nothing is to run on this machine. */
function isForElsewhere(word) {
  return /^(?:--context(?:=.*)?|--help|-h)$/.test(word);
}

/** Here, before anything is downloaded. */
async function requireMachine() {
  const [{ inspectMachine }, { lackOf }] = await Promise.all([
    import("./machine/inspection.mjs"),
    import("./machine/requirements.mjs"),
  ]);
  const lack = lackOf(await inspectMachine(join(ROOT, ".local")));
  if (lack) fail(`${lack.message}\n${lack.hint}`);
}

/** Whether npm installed what package-lock.json says: npm keeps its own list of what it put into node_modules. */
function isInstalled() {
  const wanted = readJson("package-lock.json")?.packages;
  const present = readJson(join("node_modules", ".package-lock.json"))?.packages;
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    const found = present[path];
    // Optional packages of other platforms are never installed.
    return found ? found.version === entry.version && found.integrity === entry.integrity : entry.optional;
  });
}

function install() {
  console.log("Installing dependencies (npm ci) …");
  const started = performance.now();
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const [command, ...first] = [...npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status, error } = spawnSync(command, first, { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
  if (error || status !== 0) fail("npm ci failed: look at what it said above, and run this again.");
  console.log(`Installed in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

function run(name, rest) {
  const installed = join(ROOT, "node_modules", OUR_NODE, "bin", "node");
  const hasOwn = existsSync(installed);
  const [executable, ...first] = name.endsWith(".ts")
    ? [hasOwn ? installed : process.execPath, name]
    : [join(BIN, name)];
  // As npm has it for its scripts: whatever this starts finds the same Node, and the same commands.
  const env = {
    ...process.env,
    PATH: [BIN, ...(hasOwn ? [dirname(installed)] : []), process.env.PATH].join(delimiter),
  };
  // Before there is a child: a signal in between would end this process alone, and leave the child running.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, (name) => forward(name));
  const child = spawn(executable, [...first, ...rest], { cwd: ROOT, stdio: "inherit", env });
  // A terminal sends its interrupt to the child as well; a second one would mean "at once" to it.
  const forward = (signal) => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  child.on("error", (error) => fail(`cannot run ${name}: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(join(ROOT, path), "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function fail(sentence) {
  console.error(sentence);
  process.exit(WRONG_ENVIRONMENT);
}
