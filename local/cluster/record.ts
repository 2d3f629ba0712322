import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { isMissing } from "../process/procfs.ts";
import { layoutOf } from "./layout.ts";

const recordSchema = z.strictObject({
  /** Random; names what only this cluster has, such as its cgroup. */
  id: z.string().regex(/^[0-9a-f]{8}$/),
  version: z.string(),
  /** The number in 10.N.0.0/16; known as soon as the host's link is made. */
  subnet: z.int().min(0).max(255).optional(),
  /** The kernel's index of the host's link: a link of that name with another index is somebody else's. */
  linkIndex: z.int().positive().optional(),
  /** Whether namespaces, network and files are complete, so that components can be started in them. */
  prepared: z.boolean().optional(),
});

/** What this machine was changed by for one cluster; written before the change, so that it can be undone. */
export type ClusterRecord = z.infer<typeof recordSchema>;

/** The record of the cluster in a state folder; undefined if there is none. */
export function readRecord(stateDir: string): ClusterRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(layoutOf(stateDir).record, "utf8")));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export function writeRecord(stateDir: string, record: ClusterRecord): void {
  const { record: file } = layoutOf(stateDir);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(record)}\n`);
  renameSync(`${file}.new`, file);
}

export function removeRecord(stateDir: string): void {
  rmSync(layoutOf(stateDir).record, { force: true });
}

/** The cgroup, below each hierarchy's root, that holds all containers of a cluster. */
export function cgroupOf({ id }: ClusterRecord): string {
  return `canary-stages-${id}`;
}
