import { realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Engine } from "./engine.ts";
import { firstExecutable, onPath } from "./executables.ts";

/** The name that the engine gives to the executable. */
export const LANGUAGE_HOST = "pulumi-language-nodejs";

/** This project's own. Of any clone: a shell may have sourced the `environment.sh` of another. */
export const STAND_IN = join(import.meta.dirname, "..", "language", "bin", LANGUAGE_HOST);
const IS_STAND_IN = /[\\/]local[\\/]language[\\/]bin[\\/]pulumi-language-nodejs$/;

/**
 * The vendor's language host, which is part of the CLI's own download: beside it, or on PATH.
 * @returns its executable; undefined where there is none
 */
export async function vendorLanguageHost(
  engine: Engine,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const beside = join(dirname(await realpath(engine.path)), LANGUAGE_HOST);
  return firstExecutable([beside, ...onPath(LANGUAGE_HOST, env)], (real) => !IS_STAND_IN.test(real));
}
