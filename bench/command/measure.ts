import { join } from "node:path";
import { execa } from "execa";
import { until } from "../../local/until.ts";
import { promoteSchema } from "../../src/cli/schemas.ts";
import type { KubernetesApi } from "../../src/kubernetes.ts";
import { deploymentPath } from "../../src/live.ts";
import type { PodLike } from "../../src/model/pods.ts";
import { WEIGHT_ANNOTATION } from "../../src/model/weights.ts";

const CANARY = join(import.meta.dirname, "..", "..", "src", "cli", "canary.mjs");

/** A project at its first stage, and what reaches its cluster. */
export interface Place {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly kubeconfig: string;
  readonly context: string;
  readonly namespace: string;
  readonly api: KubernetesApi;
  /** Undefined where there is none to compare with. */
  readonly kubectl: string | undefined;
}

/** Seconds of each round. */
export type Seconds = readonly number[];

export interface Figures {
  /** Node and the command's own code: `canary --help`. */
  readonly start: Seconds;
  /** One process of the engine: `pulumi version`. */
  readonly engineStart: Seconds;
  readonly status: Seconds;
  readonly preview: Seconds;
  /** A promotion as it is typed, without the measuring. */
  readonly promote: Seconds;
  /** Of these, parts that the command itself timed. */
  readonly promoteParts: Readonly<Record<string, Seconds>>;
  readonly rollback: Seconds;
  /** `kubectl apply --server-side` and `rollout status` of the same two Deployments, with other weights, at once. */
  readonly kubectl: Seconds;
  /** The same one after the other, as a move does it: the first is rolled out before the second is changed. */
  readonly kubectlInOrder: Seconds;
  /** The same at once with a startup probe besides, which our Deployments do without (ADR 9). */
  readonly kubectlWithStartupProbe: Seconds;
}

/**
 * Measures every command so many times, in turn with kubectl on the same objects. Whatever makes pods anew begins when
 * no pod of the one before is still on its way out: those keep both cores of a small machine busy.
 */
export async function measureCommand(place: Place, rounds: number): Promise<Figures> {
  const seconds = {
    start: [],
    engineStart: [],
    status: [],
    preview: [],
    promote: [],
    rollback: [],
    kubectl: [],
    kubectlInOrder: [],
    kubectlWithStartupProbe: [],
  } as Record<Exclude<keyof Figures, "promoteParts">, number[]>;
  const promoteParts: Record<string, number[]> = {};
  const canary = (...words: readonly string[]) => run(place, process.execPath, [CANARY, ...words]);
  const timed = async <T>(figure: keyof typeof seconds, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    seconds[figure].push((performance.now() - started) / 1000);
    return result;
  };
  const timedWhenQuiet: typeof timed = async (figure, work) => {
    await untilNoPodLeaves(place);
    return timed(figure, work);
  };
  for (let round = 0; round < rounds; round++) {
    await timed("start", () => canary("--help"));
    await timed("engineStart", () => run(place, "pulumi", ["version"]));
    await timed("status", () => canary("status"));
    await timed("preview", () => canary("preview", "canary-75"));
    const promoted = await timedWhenQuiet("promote", () =>
      canary("promote", "canary-75", "--yes", "--no-verify", "--json"),
    );
    const [move] = promoteSchema.parse(JSON.parse(promoted));
    for (const [part, value] of Object.entries(move?.timing ?? {})) {
      promoteParts[part] = [...(promoteParts[part] ?? []), value];
    }
    await timedWhenQuiet("rollback", () => canary("rollback", "--yes", "--no-verify"));
    if (place.kubectl === undefined) continue;
    const probed = await documentsOf(place, OTHER_WEIGHTS.probed, STARTUP_PROBE);
    await timedWhenQuiet("kubectlWithStartupProbe", () => applyByKubectl(place, probed));
    await applyByKubectl(place, await documentsOf(place, OTHER_WEIGHTS.unprobed));
    const both = await documentsOf(place, OTHER_WEIGHTS.atOnce);
    await timedWhenQuiet("kubectl", () => applyByKubectl(place, both));
    const [canaryFirst, previousNext] = await documentsOf(place, OTHER_WEIGHTS.inOrder);
    await timedWhenQuiet("kubectlInOrder", async () => {
      await applyByKubectl(place, [canaryFirst]);
      await applyByKubectl(place, [previousNext]);
    });
    await canary("rollback", "canary-25", "--yes", "--no-verify");
  }
  return { ...seconds, promoteParts };
}

async function run(
  { directory, environment }: Place,
  program: string,
  words: readonly string[],
  input?: string,
): Promise<string> {
  const options = { cwd: directory, env: environment, ...(input !== undefined && { input }) };
  return (await execa(program, words, options)).stdout;
}

async function untilNoPodLeaves({ api, namespace }: Place): Promise<void> {
  const allStay = async (): Promise<boolean> => {
    const pods = await api.list<PodLike>(`/api/v1/namespaces/${namespace}/pods`);
    return pods.every(({ metadata }) => metadata.deletionTimestamp === undefined);
  };
  if (!(await until(allStay, { timeoutMs: 60_000, everyMs: 500 }))) throw new Error("pods do not leave");
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

export function median(values: Seconds): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
