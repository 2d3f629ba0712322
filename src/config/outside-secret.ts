import { z } from "zod";

/**
 * Where a secret is that the command needs and the cluster does not: `{ environment: PROMETHEUS_TOKEN }`, or
 * `{ file: /run/secrets/token }`, from the project's folder on. Its value stands in no file of the project.
 */
export const outsideSecretSchema = z.union(
  [z.strictObject({ environment: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  { error: "must be { environment: NAME } or { file: PATH }" },
);

export type OutsideSecret = z.infer<typeof outsideSecretSchema>;

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Whether what is sent there can be read on the way: no TLS, and another machine. */
export function isSentInClear(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !LOOPBACK.test(hostname);
}

/** An address without a name and a password in it: those would be shown wherever the address is. */
export const plainUrl = z
  .url({ protocol: /^https?$/, error: "must be an address such as https://HOST:PORT" })
  .refine(hasNoCredentials, "must not have a name or a password in it");

function hasNoCredentials(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { username, password } = new URL(url);
  return username === "" && password === "";
}
