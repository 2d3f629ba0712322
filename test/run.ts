/** What `npm test` runs once the dependencies are there, side by side: types, lint, import directions, unit tests with their coverage. */
import { execa } from "execa";
import { PROJECT_ROOT } from "../local/paths.ts";

/** Several times what they take. */
const LIMIT_MS = 10 * 60_000;

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

interface Result {
  readonly name: string;
  readonly ok: boolean;
  readonly output: string;
  readonly seconds: number;
}

const STEPS: readonly Step[] = [
  { name: "types", command: ["tsc", "--noEmit", "-p", "."] },
  { name: "types in the browser", command: ["tsc", "--noEmit", "-p", "src/page/client"] },
  { name: "lint", command: ["biome", "check", "--max-diagnostics=50", "."] },
  { name: "import directions", command: ["npm", "run", "--silent", "imports"] },
  { name: "unit tests and coverage", command: ["c8", "mocha", ...process.argv.slice(2)] },
];

async function run({ name, command: [program = "", ...args] }: Step): Promise<Result> {
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
    env: { FORCE_COLOR: process.stdout.isTTY ? "1" : "0" },
  });
  const output = timedOut ? `${all}\nit did not end within ${LIMIT_MS / 60_000} minutes` : all;
  return { name, ok: !failed, output, seconds: (performance.now() - started) / 1000 };
}

function print({ name, ok, output, seconds }: Result): void {
  // What passed is told in one line, the tests apart: their list and the coverage are worth reading.
  if (!ok || name === STEPS.at(-1)?.name) console.log(output);
  console.log(`${ok ? "ok    " : "FAILED"}  ${name}  ${seconds.toFixed(1)} s\n`);
}

/** Mocha's own count at the end of its list, `12 passing (3s)`. */
function countOf(output: string, word: "passing" | "failing"): number {
  return Number(new RegExp(`^\\W*(?:\\[\\d+m)?\\s*(\\d+) ${word}`, "m").exec(output)?.[1] ?? 0);
}

const results = await Promise.all(
  STEPS.map(async (step) => {
    const result = await run(step);
    print(result);
    return result;
  }),
);
const tests = results.at(-1)?.output ?? "";
const passed = countOf(tests, "passing");
const failedTests = countOf(tests, "failing");
// A step that fails without a failing test counts as one: types, lint, coverage, or tests that do not even start.
const failedSteps = results.filter(({ ok, output }) => !ok && countOf(output, "failing") === 0).length;
const failed = failedTests + failedSteps;
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
console.log(`${passed} passed, ${failed} failed`);
