import { join } from "node:path";
import { ahead } from "../process/priority.ts";
import { adminSocket, type GatewayRecord } from "./record.ts";

/** Contour's programs of a Gateway, by their names in the ledger. */
export const CONTOUR = "contour";
export const ENVOY = "envoy";

/** Where Contour tells Envoy its configuration: the network is the cluster's own, nobody else's port is in the way. */
export const XDS_PORT = 8001;
const XDS = ["--xds-address", "127.0.0.1", "--xds-port", String(XDS_PORT)];

/** Files that both read. */
export function filesIn(directory: string): { contour: string; envoy: string } {
  return { contour: join(directory, "contour.yaml"), envoy: join(directory, "envoy.json") };
}

/** Contour's configuration, which is YAML, and so JSON. */
export function contourConfig({ gateway }: GatewayRecord): string {
  return `${JSON.stringify({ gateway: { gatewayRef: gateway } }, null, 2)}\n`;
}

/** Writes Envoy's configuration, which says little more than where Contour is. */
export function bootstrapCommand(record: GatewayRecord, directory: string): string[] {
  return [
    record.contour,
    "bootstrap",
    filesIn(directory).envoy,
    ...XDS,
    "--admin-address",
    adminSocket(record),
  ];
}

export function contourCommand(record: GatewayRecord, directory: string): string[] {
  return [
    ...inNetworkOf(record),
    record.contour,
    "serve",
    "--kubeconfig",
    record.kubeconfig,
    // There is one of it, and what it says to Envoy does not leave the machine.
    "--disable-leader-election",
    "--insecure",
    ...XDS,
    "--config-path",
    filesIn(directory).contour,
  ];
}

/** A real data plane has a node of its own: here it goes before everything else on this machine. */
export function envoyCommand(record: GatewayRecord, directory: string): string[] {
  return ahead([
    ...inNetworkOf(record),
    record.envoy,
    "--config-path",
    filesIn(directory).envoy,
    "--service-cluster",
    "envoy",
    "--service-node",
    "envoy",
    // Its shared memory is the machine's: another environment's Envoy would be taken for this one's predecessor.
    "--disable-hot-restart",
    "--log-level",
    "warning",
  ]);
}

function inNetworkOf({ init }: GatewayRecord): [string, ...string[]] {
  return ["nsenter", "--target", String(init), "--net", "--"];
}
