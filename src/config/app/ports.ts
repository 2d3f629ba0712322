import { z } from "zod";
import { portNumber } from "./texts.ts";

const portName = z
  .string()
  .regex(
    /^(?=.{1,15}$)(?!.*--)(?=.*[a-z])[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
    "must be a name of a port: 15 lower-case letters, digits and dashes at most",
  );

/**
 * Ports besides the one that is served: `[{ name: metrics, port: 9090 }]`. Pods take connections on them from
 * whom `network.ingress` names; no Service leads there. Default: none.
 */
export const ports = z
  .array(
    z.strictObject({
      name: portName,
      port: portNumber,
      protocol: z.enum(["TCP", "UDP", "SCTP"]).default("TCP"),
    }),
  )
  .default([]);

export type Port = z.infer<typeof ports>[number];
