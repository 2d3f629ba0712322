import { z } from "zod";
import { dataKey, foreignName } from "./texts.ts";

/** What every release of Kubernetes takes as the name of an environment variable. */
const NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const NAME_RULE = "its name must be letters, digits, _, - and ., and not begin with a digit";

function withVariableNames<T extends z.ZodRecord>(schema: T): T {
  return schema.superRefine((values, context) => {
    for (const name of Object.keys(values).filter((key) => !NAME.test(key)))
      context.addIssue({ code: "custom", path: [name], message: NAME_RULE });
  });
}

/** Name of a Pulumi secret under `secrets` in the stage's file. */
const configName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,99}$/, "must be letters, digits, _ and -");

/**
 * Where a secret comes from: `{ config: dbPassword }` is a Pulumi secret of the project, `{ secret: shop-db, key: password }`
 * a key of a Secret that somebody else made.
 */
const secretSource = z
  .strictObject({ config: configName.optional(), secret: foreignName.optional(), key: dataKey.optional() })
  .refine(
    ({ config, secret, key }) =>
      config === undefined
        ? secret !== undefined && key !== undefined
        : secret === undefined && key === undefined,
    "must be {config: NAME}, or {secret: NAME, key: KEY}",
  );

/** All variables of a ConfigMap or Secret that somebody else made, their names behind a prefix. */
const variablesFrom = z
  .strictObject({
    configMap: foreignName.optional(),
    secret: foreignName.optional(),
    prefix: z.string().regex(NAME, NAME_RULE).optional(),
    /** Pods start without it where it is not there. */
    optional: z.boolean().default(false),
  })
  .refine(
    ({ configMap, secret }) => (configMap === undefined) !== (secret === undefined),
    "must name either a configMap or a secret",
  );

export type SecretSource = z.infer<typeof secretSource>;
export type VariablesFrom = z.infer<typeof variablesFrom>;

/** Keys of a container for its environment. */
export const environmentShape = {
  /**
   * Environment variables, as texts: `{ LOG_LEVEL: info, WORKERS: "4" }`. A value may refer to others that come before it
   * by `$(NAME)`: the secrets, and names that are before its own in the alphabet. Default: none.
   */
  env: withVariableNames(
    z.record(z.string(), z.string("must be a text: put numbers, true and false in quotes")),
  ).default({}),
  /**
   * Environment variables that are secret: `{ DB_PASSWORD: { config: dbPassword }, API_KEY: { secret: shop-api, key: token } }`.
   * The first is set by `pulumi config set --secret --path secrets.dbPassword`, in each stage. Default: none.
   */
  secrets: withVariableNames(z.record(z.string(), secretSource)).default({}),
  /**
   * Variables of objects that somebody else keeps: `[{ configMap: shared-settings }, { secret: shop-keys, prefix: KEY_ }]`. What
   * changes in them reaches pods when they start, through no stage. Default: none.
   */
  envFrom: z.array(variablesFrom).default([]),
} as const;
