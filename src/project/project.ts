import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { configText, declaredValues, ownValues } from "../config/raw.ts";
import { isSecretPath } from "../config/secrets.ts";
import { type Config, type ProjectConfig, parseConfig, parseProject } from "../config/stage.ts";
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
export async function readProject(directory: string, routers: Routers = builtInRouters): Promise<Project> {
  const file = (await readYaml(join(directory, "Pulumi.yaml"))) as ProjectFile;
  const name = file.name ?? "";
  const projectValues = fileTexts(declaredValues(file.config ?? {}), name, routers);
  const config = parseProject(projectValues, routers);
  const stageFile = (stage: string): string => join(directory, `Pulumi.${stage}.yaml`);
  const readStage = async (stage: string): Promise<StageFile> => {
    requireKnownStage(stage, config);
    return (await readYaml(stageFile(stage))) as StageFile;
  };
  return {
    directory,
    name,
    config,
    routers,
    stage: async (stage) => {
      const { config: values = {} } = await readStage(stage);
      return parseConfig({ ...projectValues, ...fileTexts(values, name, routers) }, routers);
    },
    requireSecrets: async (stages) => {
      for (const stage of stages.filter((one) => existsSync(stageFile(one)))) {
        const { config: values = {} } = await readStage(stage);
        requireStageSecrets(config.app, stage, ownValues(values, name));
      }
    },
    secretsProvider: async (stage) => {
      const own = await readStage(stage);
      return own.secretsprovider ?? (await readStage(config.founding)).secretsprovider;
    },
  };
}

/**
 * What the file of a stage gives the program, as the texts that Pulumi would make of it. Secrets are left out: they
 * stand encrypted in the file, and only the program needs them.
 */
function fileTexts(values: Values, project: string, routers: Routers): Record<string, string> {
  const shown = Object.entries(ownValues(values, project)).filter(([key]) => !isSecretPath([key], routers));
  return Object.fromEntries(shown.map(([key, value]) => [key, configText(value)]));
}

async function readYaml(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, "utf8")) ?? {};
  } catch (error) {
    const reason = error instanceof YAMLParseError ? `is no YAML: ${error.message}` : "cannot be read";
    throw new UserError(`${file} ${reason}`, "Name the folder that has Pulumi.yaml and the stage files.");
  }
}
