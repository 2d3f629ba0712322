/**
 * What `npm test` runs once the dependencies are there, side by side: types, lint, import directions, and the unit tests in
 * two halves, whose coverage is looked at as a whole.
 */
import { globSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { PROJECT_ROOT } from "../local/paths.ts";

/** Several times what they take. */
const LIMIT_MS = 10 * 60_000;
/** Where c8 looks for what V8 counted; a folder of its reports. */
const COUNTED = join(PROJECT_ROOT, "coverage", "tmp");
/** Many wait for a moment now and then: as many run as a small machine has cores. */
const HALVES = 2;

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether its output is worth reading where it passed, too. */
  readonly isShown?: boolean;
}

interface Result extends Step {
  readonly ok: boolean;
  readonly output: string;
  readonly seconds: number;
}

const CHECKS: readonly Step[] = [
  { name: "types", command: ["tsc", "--noEmit", "-p", "."] },
  { name: "types in the browser", command: ["tsc", "--noEmit", "-p", "src/page/client"] },
  { name: "lint", command: ["biome", "check", "--max-diagnostics=50", "."] },
  { name: "import directions", command: ["npm", "run", "--silent", "imports"] },
];
const COVERAGE: Step = { name: "coverage", command: ["c8", "report"], isShown: true };

/** @param words for mocha, which then runs once: `-g weights` */
function testSteps(words: readonly string[]): readonly Step[] {
  const counted = { env: { NODE_V8_COVERAGE: COUNTED }, isShown: true };
  if (words.length > 0) return [{ name: "unit tests", command: ["mocha", ...words], ...counted }];
  const files = globSync("test/unit/**/*.test.ts", { cwd: PROJECT_ROOT }).sort();
  return Array.from({ length: HALVES }, (_, half) => ({
    name: `unit tests, part ${half + 1} of ${HALVES}`,
    command: ["mocha", ...files.filter((_file, at) => at % HALVES === half)],
    ...counted,
  }));
}

async function run(step: Step): Promise<Result> {
  const [program = "", ...args] = step.command;
  const started = performance.now();
  const { failed, timedOut, all } = await execa(program, args, {
    cwd: PROJECT_ROOT,
    preferLocal: true,
    localDir: PROJECT_ROOT,
    all: true,
    reject: false,
    stdin: "ignore",
    timeout: LIMIT_MS,
    killSignal: "SIGINT",
    env: { FORCE_COLOR: process.stdout.isTTY ? "1" : "0", ...step.env },
  });
  const output = timedOut ? `${all}\nit did not end within ${LIMIT_MS / 60_000} minutes` : all;
  const result = { ...step, ok: !failed, output, seconds: (performance.now() - started) / 1000 };
  print(result);
  return result;
}

function print({ name, ok, output, seconds, isShown = false }: Result): void {
  // What passed is told in one line, the tests apart: their list and the coverage are worth reading.
  if (!ok || isShown) console.log(output);
  console.log(`${ok ? "ok    " : "FAILED"}  ${name}  ${seconds.toFixed(1)} s\n`);
}

/** Mocha's own count at the end of its list, `12 passing (3s)`. */
function countOf(output: string, word: "passing" | "failing"): number {
  return Number(new RegExp(`^\\W*(?:\\[\\d+m)?\\s*(\\d+) ${word}`, "m").exec(output)?.[1] ?? 0);
}

const sum = (results: readonly Result[], word: "passing" | "failing"): number =>
  results.reduce((total, { output }) => total + countOf(output, word), 0);

await rm(COUNTED, { recursive: true, force: true });
const checking = CHECKS.map(run);
const tested = await Promise.all(testSteps(process.argv.slice(2)).map(run));
const covered = await run(COVERAGE);
const results = [...(await Promise.all(checking)), ...tested, covered];

const passed = sum(tested, "passing");
// A step that fails without a failing test counts as one: types, lint, coverage, or tests that do not even start.
const failedSteps = results.filter(({ ok, output }) => !ok && countOf(output, "failing") === 0).length;
const failed = sum(tested, "failing") + failedSteps;
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
console.log(`${passed} passed, ${failed} failed`);
