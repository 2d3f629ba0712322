import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../../src/errors.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { findNode } from "../cluster/node.ts";
import { type Api, applyObject, connectApi } from "../edge/api.ts";
import { applyCrds } from "../edge/crds.ts";
import type { Edge } from "../edge/edge.ts";
import { choosePort } from "../edge/ports.ts";
import { nameSocketFolder, removeSocketFolder } from "../edge/socket.ts";
import { findProcess, readLedger } from "../process/ledger.ts";
import { lengthOf, writtenSince } from "../process/logs.ts";
import { isAlive, start, stop } from "../process/processes.ts";
import type { Progress } from "../process/progress.ts";
import { until } from "../process/until.ts";
import { CONTOUR, ENVOY } from "./commands.ts";
import { ENVOY_VERSION } from "./envoy.ts";
import { CONTOUR_NAMESPACE, ENVOY_SERVICE, gatewayObjects } from "./objects.ts";
import {
  type GatewayRecord,
  type GatewayReference,
  gatewayDirectory,
  readRecord,
  readyFile,
  writeRecord,
} from "./record.ts";
import type { GatewaySupplies } from "./supplies.ts";

/** The ledger's name of the process that keeps Contour and Envoy running. */
const PROCESS = "gateway";
const START_MS = 30_000;
const ADDRESS_MS = 10_000;
/** The end of a log says why it ended. */
const LAST_LINES = 12;

/**
 * Starts Contour and Envoy in the network of the cluster's node, with everything that they need in the cluster. Those
 * that run are ended first.
 * @param gateway the one Gateway that Contour serves; it may be made later
 * @returns the edge at Envoy's address
 * @throws UserError when they do not start, in their own words
 */
export async function startGateway(
  { stateDir, machinery, context }: Pick<Cluster, "stateDir" | "machinery" | "context">,
  supplies: GatewaySupplies,
  gateway: GatewayReference,
  progress: Progress,
): Promise<Edge> {
  return progress.step("edge (Contour and Envoy)", async (note) => {
    const node = findNode(stateDir);
    if (!node) throw new Error(`no cluster runs in ${stateDir}`);
    await stopGateway(stateDir);
    const api = connectApi(machinery, context);
    note("custom resource definitions");
    await applyCrds(api, JSON.parse(readFileSync(supplies.contour.crds, "utf8")));
    for (const { path, document } of gatewayObjects(node.network.nodeAddress))
      await applyObject(api, path, document);
    const record: GatewayRecord = {
      contour: supplies.contour.program,
      envoy: supplies.envoy,
      init: node.init.pid,
      kubeconfig: machinery,
      gateway,
      address: await addressOf(api),
      adminPort: await choosePort("127.0.0.1", readRecord(stateDir)?.adminPort),
      sockets: nameSocketFolder(),
    };
    note("first configuration");
    // Recorded before it is made: a folder that no record names would never be removed.
    writeRecord(stateDir, record);
    mkdirSync(record.sockets, { recursive: true, mode: 0o700 });
    await launch(stateDir);
    return edgeAt(record);
  });
}

/** The gateway of this state folder, if it is kept running. */
export function findGateway(stateDir: string): Edge | undefined {
  const record = findProcess(stateDir, PROCESS) && readRecord(stateDir);
  return record && edgeAt(record);
}

/**
 * Has Contour serve another Gateway; Envoy goes on meanwhile.
 * @throws UserError when Contour does not start with it, in its own words
 */
export async function serveGateway(stateDir: string, gateway: GatewayReference): Promise<void> {
  const record = readRecord(stateDir);
  if (!record) throw new Error(`no gateway was started in ${stateDir}`);
  await stopKeeper(stateDir);
  const contour = findProcess(gatewayDirectory(stateDir), CONTOUR);
  if (contour) await stop(gatewayDirectory(stateDir), contour);
  writeRecord(stateDir, { ...record, gateway });
  await launch(stateDir);
}

/** Ends Contour, Envoy and what keeps them running; does nothing when there are none. */
export async function stopGateway(stateDir: string): Promise<void> {
  await stopKeeper(stateDir);
  for (const entry of readLedger(gatewayDirectory(stateDir))) await stop(gatewayDirectory(stateDir), entry);
  const record = readRecord(stateDir);
  if (record) removeSocketFolder(record.sockets);
}

async function stopKeeper(stateDir: string): Promise<void> {
  const keeper = readLedger(stateDir).find(({ name }) => name === PROCESS);
  if (keeper) await stop(stateDir, keeper);
}

interface LoadBalancer {
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } };
}

/** The address that the cluster's load balancer gives to Envoy's Service. */
async function addressOf(api: Api): Promise<string> {
  const path = `/api/v1/namespaces/${CONTOUR_NAMESPACE}/services/${ENVOY_SERVICE}`;
  const read = async () => (await api.call<LoadBalancer>({ path })).status?.loadBalancer?.ingress?.[0]?.ip;
  const address = await until(read, { timeoutMs: ADDRESS_MS });
  if (address) return address;
  throw new Error(`the Service ${CONTOUR_NAMESPACE}/${ENVOY_SERVICE} gets no address`);
}

/** Starts what keeps both running, and waits until Envoy has its first configuration. */
async function launch(stateDir: string): Promise<void> {
  const directory = gatewayDirectory(stateDir);
  const logs = [PROCESS, CONTOUR, ENVOY].map((name) => join(directory, `${name}.log`));
  const before = logs.map(lengthOf);
  rmSync(readyFile(stateDir), { force: true });
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const keeper = await start(stateDir, PROCESS, [process.execPath, main, stateDir], {
    log: join(directory, `${PROCESS}.log`),
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
  });
  const isReady = () => existsSync(readyFile(stateDir));
  await until(() => isReady() || !isAlive(keeper), { timeoutMs: START_MS });
  if (isReady()) return;
  const said = logs.flatMap((log, at) => lastLines(writtenSince(log, before[at] ?? 0)));
  throw new UserError(
    `Contour and Envoy did not start. They said:\n${said.join("\n") || "nothing"}`,
    "Where that is not this machine's (a port, a file), it is this project's fault: report it with these lines.",
  );
}

const lastLines = (text: string): string[] => text.split("\n").filter(Boolean).slice(-LAST_LINES);

function edgeAt({ address, adminPort }: GatewayRecord): Edge {
  return {
    url: `http://${address}`,
    httpsUrl: `https://${address}`,
    statsUrl: `http://127.0.0.1:${adminPort}`,
    program: "Envoy",
    version: ENVOY_VERSION,
  };
}
