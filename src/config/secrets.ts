import { z } from "zod";
import type { RouterSchemas } from "./router-schema.ts";

const ownSecrets = {
  /** What the Secret of `app.pullSecret` is made of. */
  registryCredentials: z
    .strictObject({ server: z.string().min(1), username: z.string().min(1), password: z.string().min(1) })
    .optional(),
} as const;

/** Stage values that are Pulumi secrets (`pulumi config set --secret`), those of every router among them. */
export function secretShapeOf(routers: RouterSchemas): typeof ownSecrets {
  return Object.assign({}, ...Object.values(routers).map(({ schema }) => schema.secrets.shape), ownSecrets);
}

/** Whether the value at this path of the configuration is a secret, which no message may show. */
export function isSecretPath([key]: readonly PropertyKey[], routers: RouterSchemas): boolean {
  return typeof key === "string" && key in secretShapeOf(routers);
}
