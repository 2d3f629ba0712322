import { z } from "zod";

/** Why a request failed: an error status; no connection; cut before or in the answer; too late; anything else. */
export const FAILURE_KINDS = ["status", "refused", "reset", "truncated", "timeout", "other"] as const;

const failureSchema = z.strictObject({
  /** Milliseconds since 1970. */
  at: z.number(),
  kind: z.enum(FAILURE_KINDS),
  /** The status, or the system's word for the error. */
  detail: z.string(),
  connection: z.enum(["new", "kept"]),
});

const tallySchema = z.strictObject({
  /** Answered requests by version; `""` where the answer does not tell. */
  versions: z.record(z.string(), z.int()),
  /** Latencies of answered requests, from when each was due. */
  latencies: z.array(z.tuple([z.int(), z.int()])),
});

/** What ended within one tenth of a second: one line of the record. */
export const bucketSchema = z.strictObject({
  /** Its beginning, in milliseconds since 1970. */
  at: z.number(),
  /** Requests that were sent in it, whenever they ended. */
  sent: z.int(),
  /** Requests on a new connection each. */
  new: tallySchema,
  /** Requests on kept-alive connections. */
  kept: tallySchema,
  failures: z.array(failureSchema),
  /** Times of the first and the last answered request. */
  answered: z.tuple([z.number(), z.number()]).nullable(),
  /** Longest time without an answer between two of them within the bucket, in milliseconds. */
  gapMs: z.number(),
  /** By how much the client itself was late with a request at worst, in milliseconds. */
  lateMs: z.number(),
});

export type Failure = z.infer<typeof failureSchema>;
export type Tally = z.infer<typeof tallySchema>;
export type Bucket = z.infer<typeof bucketSchema>;
export type Connection = Failure["connection"];

/** Length of a bucket. */
export const BUCKET_MS = 100;

/** Reads a record file's text. @throws when a line is no bucket */
export function parseRecord(text: string): Bucket[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => bucketSchema.parse(JSON.parse(line)));
}
