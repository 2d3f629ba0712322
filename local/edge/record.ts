import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readState, replaceState } from "../process/state-file.ts";

const recordSchema = z.strictObject({
  /** HAProxy's version. */
  version: z.string(),
  /** Digest of the kubeconfig that it was started with: another content can be another cluster. */
  kubeconfig: z.string(),
  /** Kept across restarts, so that addresses stay valid. */
  ports: z.strictObject({ http: z.int(), https: z.int(), stats: z.int() }),
  /** Folder of the sockets, outside of the state folder: their paths must be short. */
  sockets: z.string(),
  /** Loopback address of each Ingress, by `NAMESPACE/NAME`. */
  addresses: z.record(z.string(), z.ipv4()),
});

/** What the edge remembers between its starts, and tells others while it runs. */
export type EdgeRecord = z.infer<typeof recordSchema>;

/** The address of the first Ingress; held while there is none, so that nobody else takes its ports. */
export const FIRST_ADDRESS = "127.0.0.1";

const LAST_ADDRESS = 254;

/** The folder of everything that the edge keeps. */
export function edgeDirectory(stateDir: string): string {
  return join(stateDir, "edge");
}

/** Is there when the edge's process has applied its first configuration. */
export function readyFile(stateDir: string): string {
  return join(edgeDirectory(stateDir), "ready");
}

/** @returns undefined when no edge was ever started with this state folder */
export function readRecord(stateDir: string): EdgeRecord | undefined {
  return readState(recordFile(stateDir), recordSchema, "is not a record of the edge");
}

export function writeRecord(stateDir: string, record: EdgeRecord): void {
  mkdirSync(edgeDirectory(stateDir), { recursive: true });
  replaceState(recordFile(stateDir), record);
  replaceState(targetsFile(stateDir), scrapeTargets(record));
}

/** HAProxy's own exporter of each Ingress, as Prometheus finds them (`file_sd_configs`). */
export function targetsFile(stateDir: string): string {
  return join(edgeDirectory(stateDir), "scrape.json");
}

/** The pods that ask to be scraped. */
export function podTargetsFile(stateDir: string): string {
  return join(edgeDirectory(stateDir), "scrape-pods.json");
}

function scrapeTargets({ addresses, ports }: EdgeRecord) {
  return Object.entries(addresses).map(([key, address]) => {
    const [namespace = "", ingress = ""] = key.split("/");
    return { targets: [`${address}:${ports.stats}`], labels: { namespace, ingress } };
  });
}

/**
 * Gives each Ingress an address of its own, as Voyager gives each its own load balancer. One that had an address
 * keeps it; the others get the lowest free ones, in the order given.
 * @throws Error when there are more than 254 of them
 */
export function assignAddresses(
  keys: readonly string[],
  before: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = keys.flatMap((key) => (before[key] ? [[key, before[key]] as const] : []));
  const taken = new Set(kept.map(([, address]) => address));
  const addresses = Object.fromEntries(kept);
  for (const key of keys) {
    if (addresses[key]) continue;
    const address = firstFree(taken);
    taken.add(address);
    addresses[key] = address;
  }
  return addresses;
}

function firstFree(taken: ReadonlySet<string>): string {
  for (let last = 1; last <= LAST_ADDRESS; last++) {
    const address = `127.0.0.${last}`;
    if (!taken.has(address)) return address;
  }
  throw new Error(`the local edge has room for ${LAST_ADDRESS} Ingresses`);
}

function recordFile(stateDir: string): string {
  return join(edgeDirectory(stateDir), "edge.json");
}
