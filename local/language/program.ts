/** How one program is run: the command line and the environment that the SDK's own entry point expects. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { runtimeOptions } from "./options.ts";
import type { languagePb } from "./protocol.ts";

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Beside the host's own environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** The dependencies of the program are not installed. */
export class NotInstalled extends Error {
  override readonly name = "NotInstalled";
}

/**
 * The file of a module as a program in that directory would find it.
 * @throws NotInstalled
 */
export function resolveFrom(directory: string, module: string): string {
  try {
    return createRequire(join(directory, "package.json")).resolve(module);
  } catch {
    throw new NotInstalled(
      `${module} is not installed for the program in ${directory}: run npm install there`,
    );
  }
}

/**
 * The command that runs a program: the SDK's `cmd/run`, which takes the engine's addresses as flags and the
 * configuration as two environment variables.
 * @throws NotInstalled
 */
export function programCommand(request: languagePb.RunRequest, engine: string): Command {
  const info = request.getInfo();
  const directory = info?.getProgramDirectory() || request.getPwd();
  const options = runtimeOptions(info);
  const flags = Object.entries({
    monitor: request.getMonitorAddress(),
    engine,
    project: request.getProject(),
    stack: request.getStack(),
    organization: request.getOrganization(),
    "root-directory": info?.getRootDirectory() ?? "",
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
  }).flatMap(([flag, value]) => (value ? [`--${flag}`, value] : []));
  return {
    file: process.execPath,
    args: [
      ...options.nodeArgs,
      resolveFrom(directory, "@pulumi/pulumi/cmd/run"),
      ...flags,
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info?.getEntryPoint() || ".",
      ...request.getArgsList(),
    ],
    cwd: request.getPwd(),
    env: {
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      PULUMI_NODEJS_TYPESCRIPT: String(options.typescript),
    },
  };
}

/** What runs a plugin that is written in TypeScript, by its kind; a policy pack's entry takes the address first. */
const PLUGIN_ENTRIES: Readonly<Record<string, string>> = {
  analyzer: "@pulumi/pulumi/cmd/run-policy-pack",
  resource: "@pulumi/pulumi/cmd/run-plugin",
};

/** @throws NotInstalled */
export function pluginCommand(request: languagePb.RunPluginRequest): Command {
  const info = request.getInfo();
  const directory = info?.getProgramDirectory() ?? request.getPwd();
  const options = runtimeOptions(info);
  const entry = resolveFrom(directory, PLUGIN_ENTRIES[request.getKind()] ?? "@pulumi/pulumi/cmd/run-plugin");
  const addressFirst = request.getKind() === "analyzer";
  const words = addressFirst ? [...request.getArgsList(), directory] : [directory, ...request.getArgsList()];
  return {
    file: process.execPath,
    args: [...options.nodeArgs, entry, ...words],
    cwd: addressFirst ? directory : request.getPwd(),
    env: {
      ...Object.fromEntries(request.getEnvList().map(pair)),
      PULUMI_NODEJS_TYPESCRIPT: String(options.typescript),
    },
  };
}

/** `KEY=value`, of which only the first equals sign divides. */
function pair(entry: string): [string, string] {
  const equals = entry.indexOf("=");
  return [entry.slice(0, equals), entry.slice(equals + 1)];
}
