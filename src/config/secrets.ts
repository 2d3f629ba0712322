import { z } from "zod";
import type { RouterSchemas } from "./router-schema.ts";

const foundationSecrets = {
  /** What the Secret of `app.pullSecret` is made of. */
  registryCredentials: z
    .strictObject({ server: z.string().min(1), username: z.string().min(1), password: z.string().min(1) })
    .optional(),
} as const;

const LEAST_KEY = "must have at least 32 characters, drawn at random";

/** Those that a stage may have. */
export const stageSecrets = {
  /** Values for `app.secrets`: `{ config: dbPassword }` there is `secrets.dbPassword` here. The same in every stage. */
  secrets: z.record(z.string(), z.string().min(1)).optional(),
  /** Key of the hash that names the Secret of a version: without it a short value could be guessed from the name. */
  secretsKey: z.string().min(32, LEAST_KEY).optional(),
} as const;

type OwnSecrets = typeof foundationSecrets & typeof stageSecrets;

/** Values that are Pulumi secrets (`pulumi config set --secret`), those of every router among them. */
export function secretShapeOf(routers: RouterSchemas): OwnSecrets {
  return { ...foundationSecretShapeOf(routers), ...stageSecrets };
}

/** Those that the foundation alone may have. */
export function foundationSecretShapeOf(routers: RouterSchemas): typeof foundationSecrets {
  return Object.assign(
    {},
    ...Object.values(routers).map(({ schema }) => schema.secrets.shape),
    foundationSecrets,
  );
}

/** Whether the value at this path of the configuration is a secret, which no message may show. */
export function isSecretPath([key]: readonly PropertyKey[], routers: RouterSchemas): boolean {
  return typeof key === "string" && Object.hasOwn(secretShapeOf(routers), key);
}
