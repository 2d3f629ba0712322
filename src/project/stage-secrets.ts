import { requireSecretsThere, setCommand, writesSecrets } from "../config/app/secret-values.ts";
import type { AppConfig } from "../config/app.ts";
import type { RawValues } from "../config/raw.ts";
import { UserError } from "../errors.ts";

/**
 * Whether a stage's file has the secrets that the application names, as far as that is seen without decrypting any.
 * @param values the stage's own, by their short keys: a secret is `{ secure: … }` there
 * @throws UserError for one that is missing, or that stands there in clear
 */
export function requireStageSecrets(app: AppConfig, stage: string, values: RawValues): void {
  if (!writesSecrets(app)) return;
  const { secrets = {}, secretsKey } = values;
  // All of them may be one secret: then only the program sees what is in it.
  if (isSecret(secrets)) return;
  const named = Object.entries(isObject(secrets) ? secrets : {});
  const inClear = [
    ...named.filter(([, value]) => !isSecret(value)).map(([name]) => `--path secrets.${name}`),
    ...(secretsKey === undefined || isSecret(secretsKey) ? [] : ["secretsKey"]),
  ];
  if (inClear.length > 0) {
    const names = inClear.map((words) => words.replace("--path ", ""));
    throw new UserError(
      `${names.join(", ")} ${names.length === 1 ? "stands" : "stand"} in clear in Pulumi.${stage}.yaml`,
      `Take another value, since this one may be known, and encrypt it: ${inClear.map((words) => setCommand(words, stage)).join("; ")}.`,
    );
  }
  requireSecretsThere(app, stage, { names: named.map(([name]) => name), hasKey: secretsKey !== undefined });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const isSecret = (value: unknown): boolean => isObject(value) && typeof value.secure === "string";
