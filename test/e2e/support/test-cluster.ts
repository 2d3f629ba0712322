import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopCluster } from "../../../local/cluster/cluster.ts";
import { findNode, type Node } from "../../../local/cluster/node.ts";
import { silentProgress } from "../../../local/process/progress.ts";

/** An empty folder for the state of a cluster that a test brings up beside the one that all tests share. */
export function newStateFolder(): string {
  return mkdtempSync(join(tmpdir(), "local-cluster-"));
}

/** Takes the cluster of such a folder down, if there is one, and removes the folder. */
export async function removeCluster(stateDir: string): Promise<void> {
  await stopCluster(stateDir, silentProgress);
  rmSync(stateDir, { recursive: true });
}

/** What runs in such a folder. @throws AssertionError when nothing does */
export function nodeOf(stateDir: string): Node {
  const node = findNode(stateDir);
  assert.ok(node, `a cluster runs in ${stateDir}`);
  return node;
}
