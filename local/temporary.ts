import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../src/errors.ts";
import { type Environment, startEnvironment, stopEnvironment } from "./environment.ts";
import { takingDown } from "./interruption.ts";
import { createProgress, type Progress } from "./progress.ts";

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
 * Brings up an environment in a folder of its own, does something on it, and takes it down whatever happens.
 * @param prefix of the folder's name
 * @returns what the work returns, an exit code; 2 when this machine will not do, or a signal ended the work
 */
export async function onTemporaryEnvironment(
  prefix: string,
  work: (temporary: TemporaryEnvironment) => Promise<number>,
): Promise<number> {
  const progress = createProgress();
  const stateDir = await mkdtemp(join(tmpdir(), prefix));
  const signal = takingDown((text) => progress.say(text));
  try {
    const environment = await startEnvironment(stateDir, progress, undefined, signal);
    return await work({ environment, stateDir, progress, signal });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.toString());
    return UNSUITABLE;
  } finally {
    await stopEnvironment(stateDir, progress);
    await rm(stateDir, { recursive: true, force: true });
  }
}
