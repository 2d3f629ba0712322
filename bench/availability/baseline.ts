import type { KubernetesApi } from "../../src/cluster/api.ts";
import { untilRolledOut } from "../../src/cluster/rollouts.ts";
import { TRACKS } from "../../src/model/names.ts";
import { effectiveCanaryShare, type Replicas, type Shares } from "../../src/model/traffic.ts";
import {
  DEPLOYMENTS,
  edgeDocuments,
  type KubernetesDocument,
  trackDocuments,
  type WalkthroughStage,
} from "../walkthrough.ts";
import { replicasAt, type Stage, type Step, type Way } from "./ways.ts";

const TRAFFIC: Readonly<Record<Stage, Shares>> = {
  "canary-25": { previous: 75, canary: 25 },
  "canary-75": { previous: 25, canary: 75 },
  "canary-100": { previous: 0, canary: 100 },
};
const RESOURCES: Readonly<Record<string, string>> = {
  ConfigMap: "configmaps",
  Deployment: "deployments",
  Service: "services",
  Ingress: "ingresses",
};
const ROLLOUT_SECONDS = 120;

/** The walkthrough's way: its documents applied as they are, previous first, each Deployment rolled out before the next. */
export async function walkthroughWay(
  api: KubernetesApi,
  namespace: string,
  replicas: Replicas,
): Promise<Way> {
  await api.send("POST", "/api/v1/namespaces", {
    type: "application/json",
    content: { metadata: { name: namespace } },
  });
  const apply = (document: KubernetesDocument) => applyDocument(api, namespace, document);
  for (const document of edgeDocuments()) await apply(document);
  let before: Step | undefined;
  return {
    name: "walkthrough",
    namespace,
    move: async (step) => {
      const stage: WalkthroughStage = {
        release: step.release,
        traffic: TRAFFIC[step.stage],
        replicas: replicasAt(step.stage, replicas),
      };
      for (const track of TRACKS) {
        for (const document of trackDocuments(track, stage)) await apply(document);
        await untilRolledOut(api, namespace, DEPLOYMENTS[track], ROLLOUT_SECONDS);
      }
      const move = moveOf(before, step);
      before = step;
      return { move, share: effectiveCanaryShare(stage.replicas, stage.traffic), bound: undefined };
    },
  };
}

function applyDocument(
  api: KubernetesApi,
  namespace: string,
  document: KubernetesDocument,
): Promise<unknown> {
  const { apiVersion, kind, metadata } = document;
  const group = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  const path = `${group}/namespaces/${namespace}/${RESOURCES[kind]}/${metadata.name}`;
  return api.send("PATCH", `${path}?fieldManager=walkthrough&force=true`, {
    type: "application/apply-patch+yaml",
    content: document,
  });
}

/** The walkthrough has no name for its moves: these are the program's. */
function moveOf(before: Step | undefined, { stage, release }: Step): string {
  if (!before) return "first";
  if (before.release.canary !== release.canary) return "new release";
  return TRAFFIC[stage].canary > TRAFFIC[before.stage].canary ? "promotion" : "rollback";
}
