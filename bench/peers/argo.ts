import { until } from "../../local/process/until.ts";
import type { Contender, Share } from "./contender.ts";
import type { Controller } from "./controllers.ts";
import type { Place } from "./ours.ts";
import { type Analysis, API, analysisTemplate, ROLLOUT, rollout, STEP_AT, service } from "./settings/argo.ts";
import { apply, type World } from "./world.ts";

/** A Rollout, as far as it is looked at. */
export interface RolloutStatus {
  readonly metadata: { readonly generation: number };
  readonly status?: {
    readonly observedGeneration?: string;
    readonly phase?: string;
    readonly abort?: boolean;
    readonly currentStepIndex?: number;
    readonly currentPodHash?: string;
    readonly stableRS?: string;
    readonly updatedReplicas?: number;
  };
}

/** A move that somebody asks for, and a release that goes through by itself. */
const DONE_MS = { move: 180_000, release: 1_200_000 } as const;

/** Argo Rollouts by replica ratio. What its kubectl plugin does to a Rollout's status is done to it directly. */
export function argo(place: Place, world: World, controller: Controller, analysis?: Analysis): Contender {
  const group = `/apis/${API}/namespaces/${place.namespace}`;
  const path = `${group}/rollouts/${ROLLOUT}`;
  const put = (version: Parameters<typeof rollout>[0]) => apply(world.api, path, rollout(version, analysis));
  /** pkg/kubectl-argo-rollouts/cmd/{promote,abort}. */
  const patchStatus = (status: object) =>
    world.api.send("PATCH", `${path}/status`, {
      type: "application/merge-patch+json",
      content: { status },
    });
  const timeoutMs = analysis ? DONE_MS.release : DONE_MS.move;
  const untilIs = async (what: string, is: (seen: RolloutStatus) => boolean): Promise<void> => {
    const look = async () => {
      const seen = await world.api.get<RolloutStatus>(path);
      if (!seen) throw new Error("the Rollout is gone");
      return isObserved(seen) && is(seen);
    };
    if (await until(look, { timeoutMs, everyMs: 100, signal: world.signal })) return;
    throw new Error(`the Rollout is not ${what} within ${timeoutMs / 1000} s`);
  };
  let stable: Parameters<typeof rollout>[0] | undefined;
  let canary: Parameters<typeof rollout>[0] | undefined;
  return {
    ...place,
    name: "argo",
    found: async (version) => {
      stable = version;
      if (analysis) {
        const template = analysisTemplate(place.namespace, analysis);
        await apply(world.api, `${group}/analysistemplates/${ROLLOUT}`, template);
      }
      await put(version);
      await untilIs("healthy", ({ status }) => status?.phase === "Healthy");
    },
    release: async (version) => {
      canary = version;
      await put(version);
      if (analysis) return untilIs("through", (seen) => isThrough(seen) || seen.status?.abort === true);
      await untilIs("at 25 %", isAt(25));
    },
    advance: async (to) => {
      await patchStatus({ pauseConditions: null });
      await untilIs(`at ${to} %`, to === 100 ? isThrough : isAt(to));
      if (to === 100) stable = canary;
    },
    abort: async () => {
      await patchStatus({ abort: true });
      await untilIs("aborted", isOut);
    },
    settle: async () => {
      if (!stable) throw new Error("nothing was brought up");
      await put(stable);
      await untilIs("healthy", isThrough);
    },
    kill: () => controller.kill(),
    resume: () => controller.start(),
    processes: () => [controller.process()],
  };
}

/** Namespaced paths of what a Rollout needs before it: its Service. */
export const foundArgo = (world: World, namespace: string): Promise<void> =>
  apply(world.api, `/api/v1/namespaces/${namespace}/services/${ROLLOUT}`, service);

const isObserved = ({ metadata, status }: RolloutStatus): boolean =>
  status?.observedGeneration === String(metadata.generation);

const isAt =
  (share: Exclude<Share, 100>) =>
  ({ status }: RolloutStatus): boolean =>
    status?.phase === "Paused" && status.currentStepIndex === STEP_AT[share];

const isThrough = ({ status }: RolloutStatus): boolean =>
  status?.phase === "Healthy" && status.currentPodHash === status.stableRS;

const isOut = ({ status }: RolloutStatus): boolean =>
  status?.phase === "Degraded" && (status.updatedReplicas ?? 0) === 0;
