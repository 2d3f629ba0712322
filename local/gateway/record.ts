import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readState, replaceState } from "../process/state-file.ts";

const recordSchema = z.strictObject({
  /** The programs, by their paths. */
  contour: z.string(),
  envoy: z.string(),
  /** First process of the cluster's namespaces: both run in its network. */
  init: z.int().positive(),
  /** File by which Contour reaches the API server. */
  kubeconfig: z.string(),
  /** The one Gateway that Contour serves. */
  gateway: z.strictObject({ namespace: z.string(), name: z.string() }),
  /** Where clients come in. */
  address: z.ipv4(),
  /** Port at loopback where Envoy's numbers are to be read. */
  adminPort: z.int(),
  /** Folder of Envoy's socket, outside of the state folder: its path must be short. */
  sockets: z.string(),
});

/** What Contour and Envoy are started with, and what others are told of them. */
export type GatewayRecord = z.infer<typeof recordSchema>;

/** A Gateway by its name. */
export type GatewayReference = GatewayRecord["gateway"];

/** The folder of everything that they keep. */
export function gatewayDirectory(stateDir: string): string {
  return join(stateDir, "gateway");
}

/** Envoy's admin, as it is. */
export function adminSocket({ sockets }: Pick<GatewayRecord, "sockets">): string {
  return join(sockets, "admin.sock");
}

/** Is there when Envoy has its first configuration. */
export function readyFile(stateDir: string): string {
  return join(gatewayDirectory(stateDir), "ready");
}

/** @returns undefined when they were never started with this state folder */
export function readRecord(stateDir: string): GatewayRecord | undefined {
  return readState(recordFile(stateDir), recordSchema, "is not a record of the gateway");
}

export function writeRecord(stateDir: string, record: GatewayRecord): void {
  mkdirSync(gatewayDirectory(stateDir), { recursive: true });
  replaceState(recordFile(stateDir), record);
}

function recordFile(stateDir: string): string {
  return join(gatewayDirectory(stateDir), "gateway.json");
}
