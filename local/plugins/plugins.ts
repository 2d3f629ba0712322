/** Which provider and language host the engine runs with: the vendor's where they can be had, else the stand-ins. */
import { dirname } from "node:path";
import type { Engine } from "../engine/engine.ts";
import type { Progress } from "../progress.ts";
import { bundleStandIns } from "./bundle.ts";
import { vendorLanguageHost, vendorProvider } from "./vendor.ts";
import { PROVIDER_VERSION } from "./versions.ts";

export interface Plugins {
  /** Folders to put first on PATH of the processes that run the engine; the engine takes plugins from there. */
  pathPrefix: string[];
  provider: "vendor" | "stand-in";
  providerVersion: string;
  language: "vendor" | "stand-in";
}

/**
 * Finds or builds the plugins, and says in one line which are used.
 * @param env where PATH and PULUMI_HOME say what the user has
 */
export async function ensurePlugins(
  engine: Engine,
  progress: Progress,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Plugins> {
  const provider = await vendorProvider(engine, PROVIDER_VERSION, progress, env);
  const language = await vendorLanguageHost(engine, env);
  const standIns = provider && language ? undefined : await bundleStandIns();
  const executables = [provider ?? standIns?.provider, language ?? standIns?.language];
  progress.say(
    `Kubernetes provider ${PROVIDER_VERSION}: ${owner(provider)}; Node.js language host: ${owner(language)}`,
  );
  return {
    pathPrefix: [...new Set(executables.flatMap((file) => (file ? [dirname(file)] : [])))],
    provider: provider ? "vendor" : "stand-in",
    providerVersion: PROVIDER_VERSION,
    language: language ? "vendor" : "stand-in",
  };
}

function owner(vendors: string | undefined): string {
  return vendors ? "the vendor's" : "this project's stand-in";
}
