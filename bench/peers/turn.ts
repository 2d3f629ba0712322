import { until } from "../../local/process/until.ts";
import { argo, foundArgo } from "./argo.ts";
import type { Contender, ContenderName, Entrance } from "./contender.ts";
import type { Controller } from "./controllers.ts";
import { flagger } from "./flagger.ts";
import type { Gates } from "./gates.ts";
import { ours, type Place } from "./ours.ts";
import { type PodWatch, watchPods } from "./pods.ts";
import { isPeer, type PeerName } from "./programs.ts";
import { envoySplit, serviceSplit } from "./splits.ts";
import { APP, namespaceOf } from "./workload.ts";
import { apply, hostOf, type World } from "./world.ts";

/** A contender that is ready to be brought up, and what goes with it. */
export interface Turn {
  readonly contender: Contender;
  readonly pods: PodWatch;
  /** Removes the namespace and waits until it is gone. */
  end(): Promise<void>;
}

/** How releases go in a turn. */
export interface TurnOptions {
  /** The peers' controllers that run. */
  readonly controllers: Partial<Readonly<Record<PeerName, Controller>>>;
  /** Between two checks of a peer's analysis: `10s`. */
  readonly interval: string;
  /** Gates by which each share is held; without them releases go through by themselves, as their analysis lets them. */
  readonly gates?: Gates;
}

const ADDRESS_MS = 30_000;
const GONE_MS = 180_000;

/** Services between which Envoy divides, by who made them. */
const SERVICES = {
  gateway: { previous: { name: `${APP.name}-previous` }, canary: { name: `${APP.name}-new` } },
  flagger: { previous: { name: `${APP.name}-primary` }, canary: { name: `${APP.name}-canary` } },
} as const;

/** Makes a contender, and the namespace of one that makes none. */
export async function beginTurn(name: ContenderName, world: World, options: TurnOptions): Promise<Turn> {
  const namespace = namespaceOf(name);
  const path = `/api/v1/namespaces/${namespace}`;
  if (isPeer(name)) await apply(world.api, path, { apiVersion: "v1", kind: "Namespace" });
  const pods = await watchPods(world.api, namespace);
  const place = placeOf(name, world, pods);
  return {
    contender: await contenderOf(name, place, world, options),
    pods,
    end: async () => {
      pods.stop();
      await world.api.send("DELETE", path);
      const isGone = async () => (await world.api.get(path)) === undefined;
      if (await until(isGone, { timeoutMs: GONE_MS, everyMs: 500 })) return;
      throw new Error(`namespace ${namespace} is not gone within ${GONE_MS / 1000} s`);
    },
  };
}

/** Checks that a share is kept for, where nobody holds it: a rule that takes the fourth failure for harm needs as many. */
const CHECKS_PER_SHARE = 6;

/** `10s` as `60s`. @param interval a whole number and its unit */
const pauseOf = (interval: string): string =>
  interval.replace(/^\d+/, (number) => String(CHECKS_PER_SHARE * Number(number)));

function placeOf(name: ContenderName, world: World, { versionAt }: PodWatch): Place {
  const namespace = namespaceOf(name);
  if (name === "replicas" || name === "argo") {
    return {
      namespace,
      entrance: () => serviceEntrance(world, namespace),
      split: serviceSplit(world.api, namespace, APP.name, versionAt),
    };
  }
  return {
    namespace,
    entrance: async () => ({ url: world.envoy.url, headers: { host: hostOf(name) } }),
    split: envoySplit(world.envoy.admin, { namespace, plan: { tracks: SERVICES[name] } }, versionAt),
  };
}

async function contenderOf(
  name: ContenderName,
  place: Place,
  world: World,
  { controllers, interval, gates }: TurnOptions,
): Promise<Contender> {
  if (!isPeer(name)) return ours(name, place, world, gates === undefined);
  const controller = controllers[name];
  if (!controller) throw new Error(`the controller of ${name} does not run`);
  if (name === "flagger") return flagger(place, world, controller, { interval, ...(gates && { gates }) });
  await foundArgo(world, place.namespace);
  return argo(
    place,
    world,
    controller,
    gates ? undefined : { prometheus: world.prometheus, interval, pause: pauseOf(interval) },
  );
}

interface Addressed {
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip: string }[] } };
}

/** @throws Error when the Service gets no address */
async function serviceEntrance({ api }: World, namespace: string): Promise<Entrance> {
  const address = async () =>
    (await api.get<Addressed>(`/api/v1/namespaces/${namespace}/services/${APP.name}`))?.status?.loadBalancer
      ?.ingress?.[0]?.ip;
  const found = await until(address, { timeoutMs: ADDRESS_MS, everyMs: 100 });
  if (!found) throw new Error(`the Service of ${namespace} got no address within ${ADDRESS_MS / 1000} s`);
  return { url: `http://${found}`, headers: {} };
}
