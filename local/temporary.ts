import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../src/errors.ts";
import { type Environment, startEnvironment, stopEnvironment } from "./environment.ts";
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
  const interrupted = new AbortController();
  // The listeners stay: without any, a library that waits for a child would end this process at the first signal.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () =>
      interrupted.abort(new UserError(`stopped by ${signal}`, "Nothing is left running.")),
    );
  }
  try {
    const environment = await startEnvironment(stateDir, progress, undefined, interrupted.signal);
    return await work({ environment, stateDir, progress, signal: interrupted.signal });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.toString());
    return UNSUITABLE;
  } finally {
    await stopEnvironment(stateDir, progress);
    await rm(stateDir, { recursive: true, force: true });
  }
}
