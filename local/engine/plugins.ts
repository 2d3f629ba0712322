/** Which provider and language host the engine runs with. */
import { dirname } from "node:path";
import type { Progress } from "../process/progress.ts";
import type { Engine } from "./engine.ts";
import { STAND_IN, vendorLanguageHost } from "./language-host.ts";
import { PROVIDER_VERSION } from "./plugin-versions.ts";
import { ensureProvider, type Provider, providerText } from "./provider.ts";
import { isAtLeast } from "./versions.ts";

export interface Plugins {
  /** Folders to put first on PATH of the processes that run the engine; the engine takes plugins from there. */
  readonly pathPrefix: readonly string[];
  readonly provider: Provider;
  readonly language: "vendor" | "stand-in";
  /** What the engine has to be told of them. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Finds, downloads or builds the plugins, and says in one line which are used.
 * @param env where PATH and PULUMI_HOME say what the user has
 * @throws UserError when the provider has to be built and Go or disk space is missing
 */
export async function ensurePlugins(
  engine: Engine,
  progress: Progress,
  signal?: AbortSignal,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Plugins> {
  const provider = await ensureProvider(engine, progress, env, signal);
  const vendors = await vendorLanguageHost(engine, env);
  const languageHost = vendors ?? STAND_IN;
  const owner = vendors ? "the vendor's" : "this project's stand-in";
  progress.say(`Kubernetes provider ${providerText(provider)}; Node.js language host: ${owner}`);
  return {
    pathPrefix: [...new Set([provider.path, languageHost].map(dirname))],
    provider,
    language: vendors ? "vendor" : "stand-in",
    environment: isAtLeast(provider.version, PROVIDER_VERSION) ? {} : OLDER_PROVIDER,
  };
}

/**
 * With a provider that is older than its SDK the engine warns in six lines a run; the line above has said it. This
 * variable silences that warning and, in the engine's 3.276.0, changes nothing else of what we run: it shows hidden
 * commands (`env.Dev` in its source).
 */
const OLDER_PROVIDER = { PULUMI_DEV: "true" };
