import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { UserError } from "../../src/errors.ts";
import { ensurePackages } from "../cluster/packages.ts";
import { EDGE_PACKAGES } from "../machine/debian-packages.mjs";
import { findProcess, readLedger } from "../process/ledger.ts";
import { lengthOf, writtenSince } from "../process/logs.ts";
import { isAlive, start, stop } from "../process/processes.ts";
import type { Progress } from "../process/progress.ts";
import { until } from "../process/until.ts";
import { installVoyagerCrd } from "./crd.ts";
import { HAPROXY } from "./haproxy.ts";
import { choosePorts } from "./ports.ts";
import {
  type EdgeRecord,
  edgeDirectory,
  FIRST_ADDRESS,
  readRecord,
  readyFile,
  writeRecord,
} from "./record.ts";
import { nameSocketFolder, removeSocketFolder } from "./socket.ts";

/** A running local edge: of HAProxy as one Ingress sees it, or of Envoy. */
export interface Edge {
  /** HTTP, without a slash at the end. */
  url: string;
  /** HTTPS; answers only while the Ingress or the Gateway has TLS. */
  httpsUrl: string;
  /** Statistics of what carries the traffic: HAProxy's as CSV, or Envoy's admin without a slash at the end. */
  statsUrl: string;
  /** What carries the traffic. */
  program: "HAProxy" | "Envoy";
  /** The program's. */
  version: string;
}

/** The cluster whose Ingresses it serves. */
export interface EdgeCluster {
  kubeconfig: string;
  context: string;
}

const PROCESS = "edge";
const START_MS = 20_000;

/**
 * Starts the local edge, or finds it running: real HAProxy, configured from the cluster's Voyager Ingresses.
 * Installs Voyager's CRD, and HAProxy where it is missing. HAProxies that an earlier edge left running are taken over with their listening sockets.
 * @returns the edge as the oldest Ingress sees it, at 127.0.0.1
 * @throws UserError when HAProxy cannot be installed, or when the edge does not start, in its own words
 */
export async function startEdge(cluster: EdgeCluster, stateDir: string, progress: Progress): Promise<Edge> {
  await ensurePackages(EDGE_PACKAGES, progress);
  return progress.step("edge (HAProxy)", async (note) => {
    const version = await haproxyVersion();
    note("custom resource definition");
    await installVoyagerCrd(cluster.kubeconfig, cluster.context);
    const before = readRecord(stateDir);
    const kubeconfig = createHash("sha256").update(readFileSync(cluster.kubeconfig)).digest("hex");
    const running = findProcess(stateDir, PROCESS);
    if (running && before?.kubeconfig === kubeconfig) return edgeAt(before, FIRST_ADDRESS);
    if (running) await stop(stateDir, running);
    note("first configuration");
    const isServing = readLedger(edgeDirectory(stateDir)).some(isAlive);
    const ports = before && isServing ? before.ports : await choosePorts(FIRST_ADDRESS, before?.ports);
    if (before && !isServing) removeSocketFolder(before.sockets);
    const sockets = before && isServing ? before.sockets : nameSocketFolder();
    const record: EdgeRecord = { version, kubeconfig, ports, sockets, addresses: before?.addresses ?? {} };
    // Recorded before it is made: a folder that no record names would never be removed.
    writeRecord(stateDir, record);
    mkdirSync(sockets, { recursive: true, mode: 0o700 });
    await launch(cluster, stateDir);
    return edgeAt(record, FIRST_ADDRESS);
  });
}

/** The edge of this state folder, if it runs, as the oldest Ingress sees it. */
export function findEdge(stateDir: string): Edge | undefined {
  const record = findProcess(stateDir, PROCESS) && readRecord(stateDir);
  return record && edgeAt(record, FIRST_ADDRESS);
}

/** The edge as a certain Ingress sees it: each has an address of its own. Undefined until it has one. */
export function findIngressEdge(
  stateDir: string,
  ingress: { namespace: string; name: string },
): Edge | undefined {
  const record = findProcess(stateDir, PROCESS) && readRecord(stateDir);
  const address = record?.addresses[`${ingress.namespace}/${ingress.name}`];
  return record && address ? edgeAt(record, address) : undefined;
}

/** Ends the edge and its HAProxies; does nothing when there are none. The next start takes the same ports. */
export async function stopEdge(stateDir: string): Promise<void> {
  const edge = findProcess(stateDir, PROCESS);
  if (edge) await stop(stateDir, edge);
  for (const haproxy of readLedger(edgeDirectory(stateDir))) await stop(edgeDirectory(stateDir), haproxy);
  const record = readRecord(stateDir);
  if (record) removeSocketFolder(record.sockets);
}

/** Starts the edge's process and waits until it has applied its first configuration. */
async function launch({ kubeconfig, context }: EdgeCluster, stateDir: string): Promise<void> {
  const log = join(edgeDirectory(stateDir), "edge.log");
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const command = [process.execPath, main, stateDir, kubeconfig, context];
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  rmSync(readyFile(stateDir), { force: true });
  const logged = lengthOf(log);
  const entry = await start(stateDir, PROCESS, command, { log, cwd });
  const isReady = () => existsSync(readyFile(stateDir));
  await until(() => isReady() || !isAlive(entry), { timeoutMs: START_MS });
  if (isReady()) return;
  throw new UserError(
    `The local edge did not start. It said:\n${writtenSince(log, logged) || "nothing"}`,
    "Where that is not this machine's (a port, a file), it is this project's fault: report it with these lines.",
  );
}

function edgeAt({ ports, version }: EdgeRecord, address: string): Edge {
  return {
    url: `http://${address}:${ports.http}`,
    httpsUrl: `https://${address}:${ports.https}`,
    statsUrl: `http://${address}:${ports.stats}/;csv`,
    program: "HAProxy",
    version,
  };
}

async function haproxyVersion(): Promise<string> {
  const { stdout } = await execa(HAPROXY, ["-v"]);
  const version = /version (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (version) return version;
  throw new Error(`${HAPROXY} -v says no version: ${stdout}`);
}
