import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { ownValues } from "./raw.ts";
import { YAML_AS_KUBERNETES } from "./yaml.ts";

/** A file of the project. @throws UserError when it is missing, or is no YAML */
export async function readYaml(file: string): Promise<unknown> {
  // A stage's program reads no file, and goes without the parser.
  const { parse, YAMLParseError } = await import("yaml");
  try {
    return parse(await readFile(file, "utf8"), YAML_AS_KUBERNETES) ?? {};
  } catch (error) {
    const reason = error instanceof YAMLParseError ? `is no YAML: ${error.message}` : "cannot be read";
    throw new UserError(`${file} ${reason}`, "Name the folder that has Pulumi.yaml and the stage files.");
  }
}

export const stageFile = (directory: string, stack: string): string =>
  join(directory, `Pulumi.${stack}.yaml`);

/**
 * The value of `replicas` in the file of a stage, as it stands there.
 * @param project its name, which may stand before the key
 */
export async function replicasIn(file: string, project: string): Promise<unknown> {
  const { config } = (await readYaml(file)) as { config?: Record<string, unknown> };
  return ownValues(config ?? {}, project).replicas;
}
