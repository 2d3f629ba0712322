import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { OutsideSecret } from "../config/outside-secret.ts";
import { UserError } from "../errors.ts";

/**
 * A secret's value, without the white space around it.
 * @param where its path in Pulumi.yaml, `gate.prometheus.token`
 * @param directory the project's folder
 * @throws UserError where there is none; never with a value in it
 */
export async function readOutsideSecret(
  reference: OutsideSecret,
  where: string,
  directory: string,
): Promise<string> {
  if ("environment" in reference) {
    const value = process.env[reference.environment]?.trim();
    if (value) return value;
    throw new UserError(
      `${where} is in the environment variable ${reference.environment}, which is not set`,
      `Set it where canary runs: export ${reference.environment}=…`,
    );
  }
  const value = (await readNamedFile(reference.file, `${where}.file`, directory)).trim();
  if (value) return value;
  throw new UserError(`${where}.file is ${reference.file}, which is empty`, "Write the secret into it.");
}

/**
 * A file that Pulumi.yaml names.
 * @throws UserError where it cannot be read
 */
export async function readNamedFile(file: string, where: string, directory: string): Promise<string> {
  const path = resolve(directory, file);
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UserError(
      `${where} is ${file}, which cannot be read: ${(error as NodeJS.ErrnoException).code}`,
      `Put it at ${path}, or name another one in Pulumi.yaml.`,
    );
  }
}
