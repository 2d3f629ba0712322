import { deploymentPath } from "../../src/application/live.ts";
import { WEIGHT_ANNOTATION } from "../../src/routers/voyager/weights.ts";
import { type Place, run } from "./place.ts";

/** Both Deployments, with other weights, at once. @returns what applies them and waits until they are rolled out */
export async function atOnce(place: Place): Promise<() => Promise<void>> {
  const both = await documentsOf(place, OTHER_WEIGHTS.atOnce);
  return () => applyByKubectl(place, both);
}

/** The same one after the other. */
export async function inOrder(place: Place): Promise<() => Promise<void>> {
  const [canary, previous] = await documentsOf(place, OTHER_WEIGHTS.inOrder);
  return async () => {
    await applyByKubectl(place, [canary]);
    await applyByKubectl(place, [previous]);
  };
}

/** The same at once with a startup probe, which is taken away again afterwards. */
export async function withStartupProbe(
  place: Place,
  measured: (apply: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const both = await documentsOf(place, OTHER_WEIGHTS.probed, STARTUP_PROBE);
  await measured(() => applyByKubectl(place, both));
  await applyByKubectl(place, await documentsOf(place, OTHER_WEIGHTS.unprobed));
}

/** None that a stage gives, so that each makes all pods anew. */
const OTHER_WEIGHTS = { probed: 101, unprobed: 102, atOnce: 103, inOrder: 104 };

/** As ours ask for readiness. */
const STARTUP_PROBE = { httpGet: { path: "/", port: "http" }, periodSeconds: 1, failureThreshold: 60 };

/** Both Deployments as they are, with another weight: each has to roll out. */
async function documentsOf(
  { api, namespace }: Place,
  weight: number,
  startupProbe?: object,
): Promise<[Document, Document]> {
  const documentOf = async (name: string): Promise<Document> => {
    const { spec } = await api.send<{ spec: Spec }>("GET", deploymentPath(namespace, name));
    const annotations = { [WEIGHT_ANNOTATION]: String(weight) };
    const containers = spec.template.spec.containers.map((container) => ({ ...container, startupProbe }));
    const template = {
      metadata: { ...spec.template.metadata, annotations },
      spec: { ...spec.template.spec, containers },
    };
    const document = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace } };
    return { ...document, spec: { ...spec, template } };
  };
  return [await documentOf("httpd-new"), await documentOf("httpd-previous")];
}

interface Document {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: Spec;
}

interface Spec {
  readonly template: {
    readonly metadata?: object;
    readonly spec: { readonly containers: readonly object[] };
  };
}

async function applyByKubectl(place: Place, items: readonly Document[]): Promise<void> {
  const { kubectl = "kubectl", kubeconfig, context, namespace } = place;
  const access = ["--kubeconfig", kubeconfig, "--context", context, "-n", namespace];
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await run(place, kubectl, [...access, "apply", "--server-side", "--force-conflicts", "-f", "-"], list);
  for (const { metadata } of items)
    await run(place, kubectl, [...access, "rollout", "status", `deployment/${metadata.name}`]);
}
