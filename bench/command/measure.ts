import { join } from "node:path";
import { execa } from "execa";
import { promoteSchema } from "../../src/cli/schemas.ts";
import type { KubernetesApi } from "../../src/kubernetes.ts";
import { deploymentPath } from "../../src/live.ts";
import { WEIGHT_ANNOTATION } from "../../src/model/weights.ts";

const CANARY = join(import.meta.dirname, "..", "..", "src", "cli", "canary.mjs");
const DEPLOYMENTS = ["httpd-new", "httpd-previous"] as const;

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
  /** `kubectl apply --server-side` and `rollout status` of the same two Deployments, with other weights. */
  readonly kubectl: Seconds;
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
    const documents = await documentsOf(place, round);
    await timed("kubectl", () => applyByKubectl(place, documents));
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

/** Both Deployments as they are, with weights that nobody else gives: each has to roll out. */
async function documentsOf({ api, namespace }: Place, round: number): Promise<string> {
  const items = await Promise.all(
    DEPLOYMENTS.map(async (name) => {
      const { spec } = await api.send<{ spec: Spec }>("GET", deploymentPath(namespace, name));
      const annotations = { [WEIGHT_ANNOTATION]: String(100 + round) };
      const template = { ...spec.template, metadata: { ...spec.template.metadata, annotations } };
      const document = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace } };
      return { ...document, spec: { ...spec, template } };
    }),
  );
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

interface Spec {
  readonly template: { readonly metadata?: object };
}

async function applyByKubectl(place: Place, documents: string): Promise<void> {
  const { kubectl = "kubectl", kubeconfig, context, namespace } = place;
  const access = ["--kubeconfig", kubeconfig, "--context", context, "-n", namespace];
  await run(place, kubectl, [...access, "apply", "--server-side", "--force-conflicts", "-f", "-"], documents);
  for (const name of DEPLOYMENTS)
    await run(place, kubectl, [...access, "rollout", "status", `deployment/${name}`]);
}

export function median(values: Seconds): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
