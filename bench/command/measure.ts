import { join } from "node:path";
import { execa } from "execa";
import { promoteSchema } from "../../src/cli/schemas.ts";
import type { KubernetesApi } from "../../src/kubernetes.ts";
import { deploymentPath } from "../../src/live.ts";
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
}

/** Measures every command so many times, in turn with kubectl on the same objects. */
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
  } as Record<Exclude<keyof Figures, "promoteParts">, number[]>;
  const promoteParts: Record<string, number[]> = {};
  const canary = (...words: readonly string[]) => run(place, process.execPath, [CANARY, ...words]);
  const timed = async <T>(figure: keyof typeof seconds, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    seconds[figure].push((performance.now() - started) / 1000);
    return result;
  };
  for (let round = 0; round < rounds; round++) {
    await timed("start", () => canary("--help"));
    await timed("engineStart", () => run(place, "pulumi", ["version"]));
    await timed("status", () => canary("status"));
    await timed("preview", () => canary("preview", "canary-75"));
    const promoted = await timed("promote", () =>
      canary("promote", "canary-75", "--yes", "--no-verify", "--json"),
    );
    const [move] = promoteSchema.parse(JSON.parse(promoted));
    for (const [part, value] of Object.entries(move?.timing ?? {})) {
      promoteParts[part] = [...(promoteParts[part] ?? []), value];
    }
    await timed("rollback", () => canary("rollback", "--yes", "--no-verify"));
    if (place.kubectl === undefined) continue;
    const both = await documentsOf(place, 100 + round);
    await timed("kubectl", () => applyByKubectl(place, both));
    const [canaryFirst, previousNext] = await documentsOf(place, 200 + round);
    await timed("kubectlInOrder", async () => {
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

/** Both Deployments as they are, with a weight that nobody else gives: each has to roll out. */
async function documentsOf({ api, namespace }: Place, weight: number): Promise<[Document, Document]> {
  const documentOf = async (name: string): Promise<Document> => {
    const { spec } = await api.send<{ spec: Spec }>("GET", deploymentPath(namespace, name));
    const annotations = { [WEIGHT_ANNOTATION]: String(weight) };
    const template = { ...spec.template, metadata: { ...spec.template.metadata, annotations } };
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
  readonly template: { readonly metadata?: object };
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
