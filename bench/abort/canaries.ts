import { setTimeout } from "node:timers/promises";
import { setRelease, type Workspace } from "../../local/environment/workspace.ts";
import { until } from "../../local/process/until.ts";
import type { KubernetesApi } from "../../src/cluster/api.ts";
import { deploymentPath } from "../../src/cluster/objects.ts";
import type { PodLike } from "../../src/model/pods.ts";

/** What is wrong with a canary when it is taken out. */
export const CANARIES = ["healthy", "never ready", "crashing", "missing its image"] as const;
export type Canary = (typeof CANARIES)[number];

/** An application at canary-25, as far as a canary of it is broken. */
export interface Patient {
  readonly api: KubernetesApi;
  readonly workspace: Workspace;
  readonly namespace: string;
  readonly deployment: string;
  readonly release: { readonly previous: string; readonly canary: string };
  /** Runs `canary`, and gives its exit code. */
  canary(...words: readonly string[]): Promise<number | undefined>;
}

/** No registry has it, and no node. */
const NO_SUCH_VERSION = "9.9.9";
const FOLLOW_MS = { timeoutMs: 60_000, everyMs: 200 };

/** Breaks the canary of an application at canary-25, and waits until that shows. */
export async function breakCanary(patient: Patient, kind: Canary): Promise<void> {
  switch (kind) {
    case "healthy":
      return;
    case "never ready":
      await setVariable(patient, { NEVER_READY: "yes" });
      return untilPod(
        patient,
        ({ status }) =>
          status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "False") ?? false,
      );
    case "crashing":
      await setVariable(patient, { FAIL_AFTER_SECONDS: "3" });
      return untilPod(
        patient,
        ({ status }) => status?.containerStatuses?.some(({ restartCount = 0 }) => restartCount > 0) ?? false,
      );
    case "missing its image":
      // A new release whose first stage does not come up.
      await setRelease(patient.workspace, { ...patient.release, canary: NO_SUCH_VERSION });
      await patient.canary("promote", "canary-25", "--yes", "--no-verify");
  }
}

/** Takes back what was broken; the canary is out by then. */
export async function healCanary(patient: Patient, kind: Canary): Promise<void> {
  if (kind === "missing its image") await setRelease(patient.workspace, patient.release);
  if (kind === "never ready" || kind === "crashing") await setVariable(patient, {});
  // The load has to have reached its usual rate again.
  await setTimeout(1000);
}

async function untilPod(patient: Patient, is: (pod: PodLike) => boolean): Promise<void> {
  const { api, namespace } = patient;
  const pods = () => api.list<PodLike>(`/api/v1/namespaces/${namespace}/pods?labelSelector=track=canary`);
  if (!(await until(async () => (await pods()).some(is), FOLLOW_MS)))
    throw new Error("the canary does not break");
}

/** Gives the canary's container variables as somebody else would, so that no stage takes them away. */
async function setVariable(
  { api, namespace, deployment }: Patient,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const env = Object.entries(variables).map(([name, value]) => ({ name, value }));
  await api.send("PATCH", `${deploymentPath(namespace, deployment)}?fieldManager=somebody`, {
    type: "application/apply-patch+yaml",
    content: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: deployment },
      spec: { template: { spec: { containers: [{ name: "app", env }] } } },
    },
  });
}
