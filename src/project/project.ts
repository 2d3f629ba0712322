import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { versionOf } from "../config/app/versions.ts";
import { type FoundationConfig, parseFoundation } from "../config/foundation.ts";
import { type ProjectConfig, parseProject } from "../config/project.ts";
import { configText, declaredValues, ownValues } from "../config/raw.ts";
import { isSecretPath } from "../config/secrets.ts";
import { type Config, parseConfig } from "../config/stage.ts";
import { YAML_AS_KUBERNETES } from "../config/yaml.ts";
import { UserError } from "../errors.ts";
import { requireKnownStage } from "../model/lifecycle.ts";
import { routers as builtInRouters } from "../routers/index.ts";
import type { Routers } from "../routers/router.ts";
import { requireStageSecrets } from "./stage-secrets.ts";

type Values = Record<string, unknown>;

/** A Pulumi project of ours, read from its files without Pulumi. */
export interface Project {
  /** Folder with Pulumi.yaml and the stage files. */
  readonly directory: string;
  readonly name: string;
  readonly config: ProjectConfig;
  /** The routers that it can name. */
  readonly routers: Routers;
  /** A stage's evaluated configuration. @throws UserError for an unknown stage or a wrong value */
  stage(name: string): Promise<Config>;
  /**
   * Whether the files of these stages have the secrets that the application names; one that has no file is left out.
   * @throws UserError for a secret that is missing, or that stands there in clear
   */
  requireSecrets(stages: readonly string[]): Promise<void>;
  /** The foundation's evaluated configuration, without its secrets. @throws UserError for a wrong value */
  foundation(): Promise<FoundationConfig>;
  /**
   * What encrypts the secrets of a stack that is yet to be made: what its own file names, or else the
   * foundation's. Undefined where neither names any: then it is the backend's usual one.
   */
  secretsProvider(stack: string): Promise<string | undefined>;
}

interface ProjectFile {
  readonly name?: string;
  readonly config?: Values;
}

interface StackFile {
  readonly config?: Values;
  readonly secretsprovider?: string;
}

/** @throws UserError when a file is missing, is no YAML, or has a wrong value */
export async function readProject(directory: string, routers: Routers = builtInRouters): Promise<Project> {
  const file = (await readYaml(join(directory, "Pulumi.yaml"))) as ProjectFile;
  const name = file.name ?? "";
  const values = projectValues(file, name, routers);
  const config = parseProject(values, routers);
  const fileOf = (stack: string): string => join(directory, `Pulumi.${stack}.yaml`);
  const readStack = async (stack: string): Promise<StackFile> => {
    if (stack !== config.founding) requireKnownStage(stack, config);
    return (await readYaml(fileOf(stack))) as StackFile;
  };
  const valuesOf = async (stack: string) => {
    const { config: own = {} } = await readStack(stack);
    return { ...values, ...fileTexts(own, name, routers) };
  };
  return {
    directory,
    name,
    config,
    routers,
    stage: async (stage) => {
      requireKnownStage(stage, config);
      return parseConfig(await valuesOf(stage), routers);
    },
    requireSecrets: async (stages) => {
      for (const stage of stages.filter((one) => existsSync(fileOf(one)))) {
        const { config: own = {} } = await readStack(stage);
        for (const version of Object.values(config.release)) {
          requireStageSecrets(versionOf(config, version).app, stage, ownValues(own, name));
        }
      }
    },
    foundation: async () => parseFoundation(await valuesOf(config.founding), routers),
    secretsProvider: async (stack) => {
      const own = await readStack(stack);
      return own.secretsprovider ?? (await readStack(config.founding)).secretsprovider;
    },
  };
}

/** What Pulumi.yaml gives the program, as texts. @param file as it was read */
export const projectValues = (file: unknown, name: string, routers: Routers): Record<string, string> =>
  fileTexts(declaredValues((file as ProjectFile | null)?.config ?? {}), name, routers);

/**
 * What the file of a stack gives the program, as the texts that Pulumi would make of it. Secrets are left out: they
 * stand encrypted in the file, and only the program needs them.
 */
function fileTexts(values: Values, project: string, routers: Routers): Record<string, string> {
  const shown = Object.entries(ownValues(values, project)).filter(([key]) => !isSecretPath([key], routers));
  return Object.fromEntries(shown.map(([key, value]) => [key, configText(value)]));
}

async function readYaml(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, "utf8"), YAML_AS_KUBERNETES) ?? {};
  } catch (error) {
    const reason = error instanceof YAMLParseError ? `is no YAML: ${error.message}` : "cannot be read";
    throw new UserError(`${file} ${reason}`, "Name the folder that has Pulumi.yaml and the stage files.");
  }
}
