import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { committedStage } from "./stages.ts";

type Json = Record<string, unknown>;

/** What Google's provider adds to the resources of the foundation. */
export const GOOGLE = {
  "gcp:container/cluster:Cluster": {
    endpoint: "198.51.100.10",
    masterAuth: { clusterCaCertificate: Buffer.from("cluster authority").toString("base64") },
    controlPlaneEndpointsConfig: { dnsEndpointConfig: { endpoint: "gke-0123.europe-west3.gke.goog" } },
  },
  "gcp:serviceaccount/account:Account": {
    email: "canary-stages-nodes@my-project.iam.gserviceaccount.com",
    member: "serviceAccount:canary-stages-nodes@my-project.iam.gserviceaccount.com",
  },
  "gcp:compute/address:Address": { address: "198.51.100.20", name: "cluster-edge-1a2b3c4" },
  "gcp:compute/globalAddress:GlobalAddress": { address: "198.51.100.30", name: "cluster-edge-5d6e7f8" },
} as const;

/** A certificate in the form of Voyager's licences, from 2026-11-22 to 2126-10-29. Its key was never kept. */
export const LICENSE = readFileSync(
  new URL("../../unit/routers/voyager/license.pem", import.meta.url),
  "utf8",
);

/** The smallest configuration of a GKE cluster. */
export const GKE = {
  kind: "gke",
  project: "my-project",
  endpoint: { kind: "ip", networks: [{ name: "office", range: "203.0.113.0/24" }] },
  voyager: {},
} as const;

/** The foundation's first `up` on a GKE cluster that it makes itself. */
export function gkeFoundation(cluster: Json = GKE, others: Json = {}) {
  return {
    stack: "foundation",
    directory: PROJECT_ROOT,
    config: { ...committedStage("foundation"), cluster, ...others } as Json,
    stacks: { foundation: {} },
    provides: GOOGLE,
  };
}

/** The text of a stack's output; rejects when it cannot be had, instead of never answering. */
export function outputValue(output: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!pulumi.Output.isInstance<string>(output)) return reject(new Error(`no output: ${String(output)}`));
    output.apply(resolve);
    setTimeout(() => reject(new Error("the output has no value")), 5_000).unref();
  });
}
