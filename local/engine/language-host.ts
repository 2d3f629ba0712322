import { realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheDir } from "./cache.ts";
import type { Engine } from "./engine.ts";
import { firstExecutable, onPath } from "./executables.ts";

/** The name that the engine gives to the executable. */
export const LANGUAGE_HOST = "pulumi-language-nodejs";

/** Where our stand-ins are: on PATH too, in a shell that sourced `environment.sh`. */
export function standIns(): string {
  return join(cacheDir(), "plugins");
}

/**
 * The vendor's language host, which is part of the CLI's own download: beside it, or on PATH.
 * @returns its executable; undefined where there is none
 */
export async function vendorLanguageHost(
  engine: Engine,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const beside = join(dirname(await realpath(engine.path)), LANGUAGE_HOST);
  return firstExecutable([beside, ...onPath(LANGUAGE_HOST, env)], (real) => !real.startsWith(standIns()));
}
