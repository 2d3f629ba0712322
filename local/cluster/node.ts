import type { LedgerEntry } from "../process/ledger.ts";
import { INSIDE } from "./layout.ts";
import { findNamespace } from "./namespace.ts";
import { type NetworkPlan, networkPlan } from "./network.ts";
import { type ClusterRecord, readRecord } from "./record.ts";

/** A cluster whose namespaces are there. */
export interface Node {
  stateDir: string;
  record: ClusterRecord;
  init: LedgerEntry;
  network: NetworkPlan;
}

/** The cluster of a state folder whose namespaces are there and complete, whatever of it runs. */
export function findNode(stateDir: string): Node | undefined {
  const [record, init] = [readRecord(stateDir), findNamespace(stateDir)];
  if (!record?.prepared || record.subnet === undefined || !init) return undefined;
  return { stateDir, record, init, network: networkPlan(record.subnet) };
}

/** How the host reaches containerd's socket, which exists inside the namespaces only. */
export function containerdSocketOf({ pid }: LedgerEntry): string {
  return `/proc/${pid}/root${INSIDE.containerdSocket}`;
}
