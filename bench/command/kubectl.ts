import { deploymentPath } from "../../src/cluster/objects.ts";
import { WEIGHT_ANNOTATION } from "../../src/routers/voyager/weights.ts";
import { type Fixture, run } from "./fixture.ts";

/** Changes the weights of both Deployments at once. @returns what applies them and waits for both rollouts */
export async function atOnce(fixture: Fixture): Promise<() => Promise<void>> {
  const both = await documentsOf(fixture, OTHER_WEIGHTS.atOnce);
  return () => applyByKubectl(fixture, both);
}

/** The same for one Deployment after the other. */
export async function inOrder(fixture: Fixture): Promise<() => Promise<void>> {
  const [canary, previous] = await documentsOf(fixture, OTHER_WEIGHTS.inOrder);
  return async () => {
    await applyByKubectl(fixture, [canary]);
    await applyByKubectl(fixture, [previous]);
  };
}

/** The same at once with a startup probe, which is taken away again afterwards. */
export async function withStartupProbe(
  fixture: Fixture,
  measured: (apply: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const both = await documentsOf(fixture, OTHER_WEIGHTS.probed, STARTUP_PROBE);
  await measured(() => applyByKubectl(fixture, both));
  await applyByKubectl(fixture, await documentsOf(fixture, OTHER_WEIGHTS.unprobed));
}

/** Weights that no stage gives, so that each of them replaces all pods. */
const OTHER_WEIGHTS = { probed: 101, unprobed: 102, atOnce: 103, inOrder: 104 };

/** Asks what the readiness probe of our Deployments asks. */
const STARTUP_PROBE = { httpGet: { path: "/", port: "http" }, periodSeconds: 1, failureThreshold: 60 };

/** Both Deployments as they are, with another weight: each has to roll out. */
async function documentsOf(
  { api, namespace, deployments }: Fixture,
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
  return [await documentOf(deployments.canary), await documentOf(deployments.previous)];
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

async function applyByKubectl(fixture: Fixture, items: readonly Document[]): Promise<void> {
  const { kubectl = "kubectl", kubeconfig, context, namespace } = fixture;
  const access = ["--kubeconfig", kubeconfig, "--context", context, "-n", namespace];
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await run(fixture, kubectl, [...access, "apply", "--server-side", "--force-conflicts", "-f", "-"], list);
  for (const { metadata } of items)
    await run(fixture, kubectl, [...access, "rollout", "status", `deployment/${metadata.name}`]);
}
