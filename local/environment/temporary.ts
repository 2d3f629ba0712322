import { rm } from "node:fs/promises";
import { UserError } from "../../src/errors.ts";
import { abandonedFolders, makeScratchFolder } from "../../src/process/scratch.ts";
import { takingDown } from "../process/interruption.ts";
import { createProgress, type Progress } from "../process/progress.ts";
import { type Environment, startEnvironment, stopEnvironment } from "./environment.ts";

const UNSUITABLE = 2;

/** A local environment that is there for one piece of work. */
export interface TemporaryEnvironment {
  readonly environment: Environment;
  readonly stateDir: string;
  readonly progress: Progress;
  /** Aborts when a signal asks the process to end. */
  readonly signal: AbortSignal;
}

/**
 * Brings up an environment in a new folder, runs `work` on it, and takes it down whatever happens. An environment that
 * a killed process left behind is taken down by the next call with the same purpose.
 * @param purpose begins the folder's name
 * @returns what the work returns, an exit code; 2 when this machine will not do, or a signal ended the work
 */
export async function onTemporaryEnvironment(
  purpose: string,
  work: (temporary: TemporaryEnvironment) => Promise<number>,
): Promise<number> {
  const progress = createProgress();
  for (const left of await abandonedFolders(purpose)) {
    progress.say(`${left} is of a process that was killed: taking down what it left`);
    await takeDown(left, progress);
  }
  const stateDir = await makeScratchFolder(purpose);
  const signal = takingDown((text) => progress.say(text));
  try {
    const environment = await startEnvironment(stateDir, progress, signal);
    return await work({ environment, stateDir, progress, signal });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.toString());
    return UNSUITABLE;
  } finally {
    await takeDown(stateDir, progress);
  }
}

async function takeDown(stateDir: string, progress: Progress): Promise<void> {
  await stopEnvironment(stateDir, progress);
  await rm(stateDir, { recursive: true, force: true });
}
