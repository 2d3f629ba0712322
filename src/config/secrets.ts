import { z } from "zod";

/** Stage values that are Pulumi secrets: `pulumi config set --secret`. No message ever shows them. */
export const secretShape = {
  /** Text of Voyager's licence file. */
  voyagerLicense: z.string().min(1).optional(),
  /** What the Secret of `app.pullSecret` is made of. */
  registryCredentials: z
    .strictObject({ server: z.string().min(1), username: z.string().min(1), password: z.string().min(1) })
    .optional(),
} as const;

/** Whether a configuration value at this path may be printed. */
export function isSecretPath([key]: readonly PropertyKey[]): boolean {
  return typeof key === "string" && key in secretShape;
}
