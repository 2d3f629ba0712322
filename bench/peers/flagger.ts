import { until } from "../../local/process/until.ts";
import type { Contender, Version } from "./contender.ts";
import type { Controller } from "./controllers.ts";
import type { Gates } from "./gates.ts";
import type { Place } from "./ours.ts";
import { API, CANARY, canary, deployment, metricTemplates } from "./settings/flagger.ts";
import { apply, type World } from "./world.ts";

/** A Canary, as far as it is looked at. */
export interface CanaryStatus {
  readonly status?: { readonly phase?: string; readonly canaryWeight?: number };
}

/** A move that somebody asks for, and a release that goes through by itself. */
const DONE_MS = { move: 180_000, release: 1_200_000 } as const;

/** Flagger with its provider for the Gateway API. @param gates by which each share is held; without them nobody holds it */
export function flagger(
  place: Place,
  world: World,
  controller: Controller,
  { interval, gates }: { readonly interval: string; readonly gates?: Gates },
): Contender {
  const group = `/apis/${API}/namespaces/${place.namespace}`;
  const path = `${group}/canaries/${CANARY}`;
  const put = (version: Version, first = false) =>
    apply(
      world.api,
      `/apis/apps/v1/namespaces/${place.namespace}/deployments/${CANARY}`,
      deployment(version, first),
    );
  const timeoutMs = gates ? DONE_MS.move : DONE_MS.release;
  const untilIs = async (is: (status: CanaryStatus["status"]) => boolean): Promise<void> => {
    const look = async () => {
      const seen = await world.api.get<CanaryStatus>(path);
      if (!seen) throw new Error("the Canary is gone");
      return is(seen.status);
    };
    if (await until(look, { timeoutMs, everyMs: 100, signal: world.signal })) return;
    throw new Error(`the Canary did not get on within ${timeoutMs / 1000} s`);
  };
  return {
    ...place,
    name: "flagger",
    found: async (version) => {
      await put(version, true);
      for (const [name, template] of Object.entries(metricTemplates(world.prometheus)))
        await apply(world.api, `${group}/metrictemplates/${name}`, template);
      await apply(world.api, path, canary({ interval, ...(gates && { gates: gates.url }) }));
      await untilIs((status) => status?.phase === "Initialized");
    },
    release: async (version) => {
      gates?.rollback(false);
      gates?.allow(1);
      await put(version);
      await untilIs((status) => status?.phase === "Progressing");
      await untilIs((status) => (gates ? status?.canaryWeight === 25 : isOver(status)));
    },
    advance: async (to) => {
      // To 100 % and then into the primary, for which Flagger asks the same gate.
      gates?.allow(to === 100 ? 2 : 1);
      await untilIs((status) => (to === 100 ? status?.phase === "Succeeded" : status?.canaryWeight === to));
    },
    abort: async () => {
      gates?.allow(0);
      gates?.rollback(true);
      await untilIs((status) => status?.phase === "Failed");
    },
    settle: async () => gates?.rollback(false),
    kill: () => controller.kill(),
    resume: async (to) => {
      await controller.start();
      const weight = (await world.api.get<CanaryStatus>(path))?.status?.canaryWeight ?? 0;
      // It was killed between the gate and the weight: what the gate let through is asked for again.
      if (weight < to) gates?.allow(1);
    },
    processes: () => [controller.process()],
  };
}

const isOver = (status: CanaryStatus["status"]): boolean =>
  status?.phase === "Succeeded" || status?.phase === "Failed";
