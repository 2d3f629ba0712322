import { z } from "zod";

const pattern = z.string().refine(isPattern, "no regular expression of JavaScript");

/** What the load process is told: bounded in rate, connections and time, whatever its caller asks for. */
export const planSchema = z.strictObject({
  url: z.url(),
  recordFile: z.string(),
  headers: z.record(z.string(), z.string()),
  newConnectionsPerSecond: z.number().nonnegative().max(5000),
  keepAliveConnections: z.int().nonnegative().max(1000),
  /** Of all kept-alive connections together. */
  keepAliveRequestsPerSecond: z.number().nonnegative().max(5000),
  /** How an answer tells which version gave it: what a pattern finds in its body or in a header. */
  classify: z.union([
    z.strictObject({ body: pattern }),
    z.strictObject({ header: z.string(), match: pattern.optional() }),
  ]),
  timeoutMs: z.int().positive().max(60_000),
  maxSeconds: z.number().positive().max(3600),
  maxRequests: z.int().positive().max(10_000_000),
});

export type Plan = z.infer<typeof planSchema>;
export type Classify = Plan["classify"];

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
