import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { isSecretPath } from "../config/secrets.ts";
import { type Config, type ProjectConfig, parseConfig, parseProject } from "../config/stage.ts";
import { UserError } from "../errors.ts";
import { requireKnownStage } from "../model/lifecycle.ts";

type Values = Record<string, unknown>;

/** A Pulumi project of ours, read from its files without Pulumi. */
export interface Project {
  /** Folder with Pulumi.yaml and the stage files. */
  readonly directory: string;
  readonly name: string;
  readonly config: ProjectConfig;
  /** A stage's evaluated configuration. @throws UserError for an unknown stage or a wrong value */
  stage(name: string): Promise<Config>;
  /**
   * What encrypts the secrets of a stack that is yet to be made: what its own file names, or else the founding
   * stage's. Undefined where neither names any: then it is the backend's usual one.
   */
  secretsProvider(stage: string): Promise<string | undefined>;
}

interface ProjectFile {
  readonly name?: string;
  readonly config?: Values;
}

interface StageFile {
  readonly config?: Values;
  readonly secretsprovider?: string;
}

/** @throws UserError when a file is missing, is no YAML, or has a wrong value */
export async function readProject(directory: string): Promise<Project> {
  const file = (await readYaml(join(directory, "Pulumi.yaml"))) as ProjectFile;
  const name = file.name ?? "";
  const projectValues = ownValues(file.config ?? {}, name, "project");
  const config = parseProject(projectValues);
  const readStage = async (stage: string): Promise<StageFile> => {
    requireKnownStage(stage, config.lifecycle);
    return (await readYaml(join(directory, `Pulumi.${stage}.yaml`))) as StageFile;
  };
  return {
    directory,
    name,
    config,
    stage: async (stage) => {
      const { config: values = {} } = await readStage(stage);
      return parseConfig({ ...projectValues, ...ownValues(values, name, "stage") });
    },
    secretsProvider: async (stage) => {
      const own = await readStage(stage);
      return own.secretsprovider ?? (await readStage(config.founding)).secretsprovider;
    },
  };
}

/**
 * Values of the project's own namespace. Pulumi.yaml may leave the namespace out and wraps objects in `value`.
 * Secrets are left out: they stand encrypted in the file, and only the program needs them.
 */
function ownValues(config: Values, name: string, level: "project" | "stage"): Values {
  const prefix = `${name}:`;
  const own = Object.entries(config)
    .filter(([key]) => key.startsWith(prefix) || !key.includes(":"))
    .map(([key, value]) => [key.replace(prefix, ""), level === "project" ? unwrapped(value) : value] as const)
    .filter(([key]) => !isSecretPath([key]));
  return Object.fromEntries(own);
}

function unwrapped(value: unknown): unknown {
  return typeof value === "object" && value !== null && "value" in value ? value.value : value;
}

async function readYaml(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, "utf8")) ?? {};
  } catch (error) {
    const reason = error instanceof YAMLParseError ? `is no YAML: ${error.message}` : "cannot be read";
    throw new UserError(`${file} ${reason}`, "Name the folder that has Pulumi.yaml and the stage files.");
  }
}
