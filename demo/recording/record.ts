/** Records the command at work on a local environment of its own, and draws docs/pictures/command.svg of it. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Environment, startEnvironment, stopEnvironment } from "../../local/environment/environment.ts";
import { PROJECT_ROOT, STATE_DIR } from "../../local/paths.ts";
import { takingDown } from "../../local/process/interruption.ts";
import { createProgress } from "../../local/process/progress.ts";
import { UserError } from "../../src/errors.ts";
import { runCanary, typed } from "../walk/command.ts";
import { filmOf, type Scene } from "./film.ts";
import { svgOf } from "./svg.ts";
import { type Answer, recordCommand } from "./terminal.ts";

const PICTURE = join(PROJECT_ROOT, "docs", "pictures", "command.svg");
const SIZE = { columns: 116, rows: 45 };
const WRONG_ENVIRONMENT = 2;
/** The film plays the answers this many times faster than they came; the seconds printed in it are the real ones. */
const SPEED = 2;
/** Without npm's own warnings, which are about the settings of the machine that records. */
const QUIET_NPM = { npm_config_loglevel: "error" };

const ANSWER: Answer = { to: /\[y\/N\]/, text: "y\n", afterMs: 2_500 };

/** What is typed, and how long a reader may look at the answer. */
const SCRIPT: readonly { readonly words: readonly string[]; readonly holdMs: number }[] = [
  { words: ["status"], holdMs: 4_000 },
  { words: ["preview"], holdMs: 4_000 },
  { words: ["promote"], holdMs: 5_000 },
  { words: ["rollback", "--yes"], holdMs: 5_000 },
];
/** The screen that stands for all of it: the end of the promotion. */
const STILL = SCRIPT.findIndex(({ words }) => words[0] === "promote");

async function main(): Promise<number> {
  const progress = createProgress();
  const signal = takingDown((text) => progress.say(text));
  try {
    const environment = await startEnvironment(STATE_DIR, progress, signal);
    try {
      await draw(await scenesOf(environment, signal));
    } finally {
      await stopEnvironment(STATE_DIR, progress);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.toString());
    return WRONG_ENVIRONMENT;
  }
}

async function scenesOf({ workspace }: Environment, signal: AbortSignal): Promise<Scene[]> {
  await runCanary(["foundation", "--yes"], { workspace, stateDir: STATE_DIR, signal });
  await runCanary(["promote", "canary-25", "--yes"], { workspace, stateDir: STATE_DIR, signal });
  const scenes: Scene[] = [];
  for (const { words, holdMs } of SCRIPT) {
    const command = typed(words);
    console.log(`$ ${command}`);
    const environment = { ...workspace.environment, ...QUIET_NPM };
    const terminal = { cwd: workspace.directory, environment, ...SIZE };
    const chunks = await recordCommand({ command, ...terminal, answer: ANSWER, signal });
    scenes.push({ command, chunks: chunks.map(({ at, text }) => ({ at: at / SPEED, text })), holdMs });
  }
  return scenes;
}

async function draw(scenes: readonly Scene[]): Promise<void> {
  const film = filmOf(scenes, SIZE.columns);
  const title = `canary at work: ${scenes.map(({ command }) => command).join(", ")}`;
  const picture = svgOf(film, title, film.endsAt[STILL] ?? 0);
  await mkdir(dirname(PICTURE), { recursive: true });
  await writeFile(PICTURE, picture);
  console.log(
    `${PICTURE}: ${(film.durationMs / 1000).toFixed(0)} s in ${Math.ceil(picture.length / 1024)} KiB`,
  );
}

process.exitCode = await main();
