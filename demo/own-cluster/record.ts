import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isMissing } from "../../local/process/procfs.ts";

const recordSchema = z.strictObject({
  context: z.string(),
  kubeconfig: z.string().optional(),
  /** What a command on the release's stacks needs. */
  environment: z.record(z.string(), z.string()),
});

/** What is written down of a release on somebody's own cluster before anything is made there. */
export type OwnRecord = z.infer<typeof recordSchema>;

const fileIn = (stateDir: string): string => join(stateDir, "own-cluster.json");

export async function writeOwnRecord(stateDir: string, record: OwnRecord): Promise<void> {
  await writeFile(fileIn(stateDir), `${JSON.stringify(record, null, 1)}\n`, { mode: 0o600 });
}

/** Undefined where nothing was begun. */
export async function readOwnRecord(stateDir: string): Promise<OwnRecord | undefined> {
  const text = await readFile(fileIn(stateDir), "utf8").catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  return text === undefined ? undefined : recordSchema.parse(JSON.parse(text));
}
