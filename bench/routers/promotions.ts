import { execa } from "execa";
import { editYaml, type Workspace } from "../../local/environment/workspace.ts";
import { CANARY } from "../../local/paths.ts";
import { until } from "../../local/process/until.ts";
import { applyStage, previewStage } from "../../src/operations/move.ts";
import type { Operator } from "../../src/operations/operator.ts";
import { evaluateStage } from "../../src/project/evaluate.ts";
import { promoteSchema } from "../../src/results/schemas.ts";
import { appliedShare } from "../../src/routers/live.ts";
import { APPLICATION, fileOf, keyOf, SHARES, stageOf } from "./projects.ts";
import type { Promotions } from "./report.ts";

const [FEW, MORE] = SHARES;
const SIZES = [
  { previous: 1, canary: 1 },
  { previous: 20, canary: 5 },
] as const;
const FOLLOWED_MS = 10_000;

/** A project that is live at the first share, by a route. */
export interface Routed {
  readonly workspace: Workspace;
  readonly operator: Operator;
  readonly cluster: { readonly context: string; readonly kubeconfig?: string | undefined };
  readonly namespace: string;
}

/**
 * Promotions between two shares as they are typed, in turn with kubectl on the one object that they change. The pods stay the
 * same, so all that is measured is the command, the engine and what carries the traffic.
 */
export async function measurePromotions(routed: Routed, rounds: number): Promise<Promotions[]> {
  const measured: Promotions[] = [];
  for (const size of SIZES) {
    await bringTo(routed, size);
    const figures = { pods: { ...size }, command: [], parts: {}, kubectl: [], followed: [] } as Writable;
    for (let round = 0; round < rounds; round++) {
      await measureRound(routed, figures);
    }
    measured.push(figures);
  }
  return measured;
}

interface Writable extends Promotions {
  readonly command: number[];
  readonly parts: Record<string, number[]>;
  readonly kubectl: number[];
  readonly followed: number[];
}

async function bringTo({ workspace, operator }: Routed, replicas: (typeof SIZES)[number]): Promise<void> {
  for (const share of [FEW, MORE]) {
    const file = fileOf(workspace.directory, share);
    await editYaml(file, file, (stage) => stage.setIn(["config", keyOf("replicas")], { ...replicas }));
  }
  await applyStage(operator, await previewStage(operator, stageOf(FEW)));
}

async function measureRound(routed: Routed, figures: Writable): Promise<void> {
  const { workspace } = routed;
  const canary = (...words: string[]) =>
    execa(process.execPath, [CANARY, ...words], {
      cwd: workspace.directory,
      env: { ...workspace.environment },
    });
  const [seconds, { stdout }] = await timed(() =>
    canary("promote", stageOf(MORE), "--yes", "--no-verify", "--json"),
  );
  figures.command.push(seconds);
  const [move] = promoteSchema.parse(JSON.parse(stdout));
  for (const [part, value] of Object.entries(move?.timing ?? {})) {
    figures.parts[part] = [...(figures.parts[part] ?? []), value];
  }
  await canary("rollback", stageOf(FEW), "--yes", "--no-verify");
  for (const share of [MORE, FEW]) {
    const route = JSON.stringify(await routeAt(routed, share));
    const [kubectl] = await timed(() => applyByKubectl(routed, route));
    figures.kubectl.push(kubectl);
    const [followed] = await timed(() => untilFollowed(routed, share));
    figures.followed.push(followed);
  }
}

/** The route as it is, with the weights of a share. */
async function routeAt({ operator, namespace }: Routed, share: number): Promise<object> {
  const api = await operator.cluster();
  const path = `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes/${APPLICATION}`;
  const route = await api?.get<Route>(path);
  if (!route) throw new Error(`${path} is not there`);
  const weights = [100 - share, share];
  const rules = route.spec.rules.map((rule) => ({
    ...rule,
    backendRefs: rule.backendRefs?.map((backend, at) => ({ ...backend, weight: weights[at] })),
  }));
  const { apiVersion, kind } = route;
  return { apiVersion, kind, metadata: { name: APPLICATION, namespace }, spec: { ...route.spec, rules } };
}

interface Route {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: { readonly rules: readonly { readonly backendRefs?: readonly object[] }[] };
}

const applyByKubectl = ({ cluster }: Routed, input: string): Promise<unknown> =>
  execa(
    "kubectl",
    [
      ...(cluster.kubeconfig === undefined ? [] : ["--kubeconfig", cluster.kubeconfig]),
      ...["--context", cluster.context, "apply", "--server-side", "--force-conflicts", "-f", "-"],
    ],
    { input },
  );

/** Until Envoy itself has the share. */
async function untilFollowed({ operator }: Routed, share: number): Promise<void> {
  const stage = await evaluateStage(operator.project, stageOf(share));
  const isFollowed = async () => (await appliedShare(stage)) === share;
  if (!(await until(isFollowed, { timeoutMs: FOLLOWED_MS, everyMs: 5 }))) {
    throw new Error(`Envoy does not give ${share} %`);
  }
}

async function timed<T>(work: () => Promise<T>): Promise<[seconds: number, result: T]> {
  const started = performance.now();
  const result = await work();
  return [(performance.now() - started) / 1000, result];
}
