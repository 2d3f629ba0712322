import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { readLedger } from "../process/ledger.ts";
import { isAlive } from "../process/procfs.ts";
import { until } from "../process/until.ts";
import { adminClient, type Get } from "./api.ts";
import { NODE_NAME } from "./certificates.ts";
import { COMPONENTS, healthUrls, serverUrl } from "./components.ts";
import { layoutOf } from "./layout.ts";
import { containerdSocketOf, type Node } from "./node.ts";

const READY_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 50;
const LOG_LINES = 12;

const nodeSchema = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional() }),
});

/** The questions that a start and a test of faults ask. */
export interface Readiness {
  /** Whether the API server serves. */
  api(): Promise<boolean>;
  /** Whether containerd answers. */
  containerd(): Promise<boolean>;
  /** Whether pods can be made, started and reached. */
  cluster(): Promise<boolean>;
}

/** Asks the components of a cluster themselves: what the API server says of them can be older than a crash. */
export async function readinessOf({ stateDir, init, network }: Node): Promise<Readiness> {
  const get = await adminClient(layoutOf(stateDir).pki);
  const server = serverUrl(network);
  const answers = (url: string) => get(url).then((text) => text !== undefined);
  const containerd = () => isContainerdReady(containerdSocketOf(init));
  return {
    api: () => answers(`${server}/readyz`),
    containerd,
    async cluster() {
      const checks = [
        ...healthUrls(network).map(answers),
        answers(`${server}/api/v1/namespaces/default/serviceaccounts/default`),
        isNodeReady(get, server),
      ];
      return (await Promise.all(checks)).every(Boolean) && containerd();
    },
  };
}

/**
 * Waits for a condition while the components that were started go on running.
 * @throws Error with the end of its log when one of them ends, or when two minutes are over
 */
export async function waitFor(
  stateDir: string,
  what: string,
  look: () => Promise<boolean>,
  signal?: AbortSignal,
): Promise<void> {
  const watched = async () => {
    await requireComponents(stateDir);
    return look();
  };
  const seen = await until(watched, { timeoutMs: READY_WITHIN_MS, everyMs: LOOK_EVERY_MS, signal });
  if (seen) return;
  throw new Error(
    `${what}: not within ${READY_WITHIN_MS / 1000} s; the logs are in ${layoutOf(stateDir).logs}`,
  );
}

async function isContainerdReady(socket: string): Promise<boolean> {
  const { failed } = await execa("ctr", ["--address", socket, "version"], { reject: false });
  return !failed;
}

async function isNodeReady(get: Get, server: string): Promise<boolean> {
  const text = await get(`${server}/api/v1/nodes/${NODE_NAME}`);
  if (text === undefined) return false;
  const { conditions = [] } = nodeSchema.parse(JSON.parse(text)).status;
  return conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

async function requireComponents(stateDir: string): Promise<void> {
  const ours: readonly string[] = COMPONENTS;
  const ended = readLedger(stateDir).find((entry) => ours.includes(entry.name) && !isAlive(entry));
  if (!ended) return;
  const log = join(layoutOf(stateDir).logs, `${ended.name}.log`);
  const lines = (await readFile(log, "utf8").catch(() => "")).trimEnd().split("\n").slice(-LOG_LINES);
  throw new Error(`${ended.name} ended; the last lines of ${log}:\n${lines.join("\n")}`);
}
