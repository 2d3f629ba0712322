import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { startTimeOf } from "../process/procfs.ts";
import { readState } from "../process/state-file.ts";

const claimSchema = z.strictObject({
  /** Who brings the environment up, or did. */
  starter: z.strictObject({ pid: z.int().positive(), startTime: z.string() }),
  /** Whether somebody asked to have it left up. */
  kept: z.boolean(),
});

/** Who started the environment of a state folder. The file is removed with the folder, when it is taken down. */
export type Claim = z.infer<typeof claimSchema>;

/**
 * Claims a state folder for this process before anything is started in it.
 * @returns the claim of another process; undefined when the folder is now ours
 */
export function claim(stateDir: string): Claim | undefined {
  mkdirSync(stateDir, { recursive: true });
  const mine = `${claimFile(stateDir)}.${process.pid}`;
  writeClaim(mine, { starter: self(), kept: false });
  try {
    // A hard link appears with its content or not at all, and never over another.
    linkSync(mine, claimFile(stateDir));
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return readClaim(stateDir) ?? claim(stateDir);
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Has the environment that this process brought up outlast it. */
export function keep(stateDir: string): void {
  const next = `${claimFile(stateDir)}.${process.pid}`;
  writeClaim(next, { starter: self(), kept: true });
  renameSync(next, claimFile(stateDir));
}

/** Gives a state folder back in which nothing was started. */
export function release(stateDir: string): void {
  rmSync(claimFile(stateDir), { force: true });
}

/** @returns undefined when nobody has claimed it */
export function readClaim(stateDir: string): Claim | undefined {
  return readState(claimFile(stateDir), claimSchema, "does not say whose the environment is");
}

function self(): Claim["starter"] {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? "" };
}

function writeClaim(file: string, content: Claim): void {
  writeFileSync(file, `${JSON.stringify(content)}\n`);
}

function claimFile(stateDir: string): string {
  return join(stateDir, "claim.json");
}
