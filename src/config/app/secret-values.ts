import { UserError } from "../../errors.ts";
import { type AppContainer, containersOf, hooksOf } from "./container-list.ts";
import { placeText } from "./misfit.ts";
import type { AppConfig } from "./shape.ts";

/** What the Secret of a version holds: never to be printed, nor to be kept but in a Pulumi secret. */
export interface SecretValues {
  /** By their names under `secrets` in the stage's file. */
  readonly values: Readonly<Record<string, string>>;
  /** Key of the hash that names the Secret. */
  readonly hashKey: string;
}

/** Secret values of a stage. */
export interface StageSecrets {
  readonly secrets?: Readonly<Record<string, string>> | undefined;
  readonly secretsKey?: string | undefined;
}

/** Whether an application has secrets that the program writes to the cluster. */
export const writesSecrets = (app: AppConfig): boolean => namedSecrets(app).length > 0;

/** Names, under `secrets` in the stage's file, of the secrets that an application's pods have from there. */
export const podSecretNames = (app: AppConfig): readonly string[] =>
  namedIn(containersOf(app)).map(({ name }) => name);

/** Those of an application's secrets that its pods have: a secret of a hook alone is none of theirs. */
export function podSecretsOf(app: AppConfig, secrets: SecretValues | undefined): SecretValues | undefined {
  const names = podSecretNames(app);
  if (!secrets || names.length === 0) return undefined;
  return { ...secrets, values: Object.fromEntries(names.map((name) => [name, secrets.values[name] ?? ""])) };
}

/** What a stage has of secrets: their names, and whether the key of their hash is among them. */
export interface SecretsThere {
  readonly names: readonly string[];
  readonly hasKey: boolean;
}

/**
 * The Pulumi secrets that an application names; undefined where it names none.
 * @throws UserError for one that the stage's file does not have, or when the key of their hash is not there
 */
export function secretValuesOf(app: AppConfig, stage: string, found: StageSecrets): SecretValues | undefined {
  const { secrets = {}, secretsKey } = found;
  requireSecretsThere(app, stage, { names: Object.keys(secrets), hasKey: secretsKey !== undefined });
  if (!writesSecrets(app)) return undefined;
  const values = Object.fromEntries(namedSecrets(app).map(({ name }) => [name, secrets[name] ?? ""]));
  return { values, hashKey: secretsKey ?? "" };
}

/** @throws UserError for a secret that an application names and a stage does not have */
export function requireSecretsThere(app: AppConfig, stage: string, { names, hasKey }: SecretsThere): void {
  const named = namedSecrets(app);
  if (named.length === 0) return;
  const missing = named.filter(({ name }) => !names.includes(name));
  if (missing.length > 0) {
    const has = [...names].sort().join(", ") || "none";
    throw new UserError(
      missing
        .map(
          ({ at, name }) => `${placeText(at)} is secrets.${name}, which Pulumi.${stage}.yaml does not have`,
        )
        .join("\n"),
      `The stage has ${has}. Set it there, as in every stage: ${missing.map(({ name }) => setCommand(`--path secrets.${name}`, stage)).join("; ")}.`,
    );
  }
  if (hasKey) return;
  throw new UserError(
    `secretsKey is missing in Pulumi.${stage}.yaml, and app has secrets of the project`,
    `It keys the hash in their Secret's name. Draw one, and set the same in every stage: openssl rand -hex 32 | ${setCommand("secretsKey", stage)}.`,
  );
}

/** The line that sets a secret of a stage. */
export const setCommand = (key: string, stage: string): string =>
  `pulumi config set --secret ${key} --stack ${stage}`;

/** Names of those of its pods and of its hooks. */
export const secretNames = (app: AppConfig): readonly string[] => namedSecrets(app).map(({ name }) => name);

const namedSecrets = (app: AppConfig): NamedSecret[] => namedIn([...containersOf(app), ...hooksOf(app)]);

interface NamedSecret {
  /** Where it is named first. */
  readonly at: readonly (string | number)[];
  readonly name: string;
}

function namedIn(containers: readonly AppContainer[]): NamedSecret[] {
  const all = containers.flatMap(({ at, secrets }) =>
    Object.entries(secrets).flatMap(([variable, { config }]) =>
      config === undefined ? [] : [{ at: [...at, "secrets", variable], name: config }],
    ),
  );
  const names = [...new Set(all.map(({ name }) => name))].sort();
  return names.flatMap((name) => all.find((one) => one.name === name) ?? []);
}
