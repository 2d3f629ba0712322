import { UserError } from "../../errors.ts";
import { TRACKS, type TrackName } from "../../model/names.ts";
import { everyEnvoy } from "./every-envoy.ts";
import { readRoute, routeState, shareIn } from "./live-route.ts";
import { type ReadyPod, readyPods } from "./ready-pods.ts";
import { patienceOf, until, type Waited } from "./waited.ts";

/**
 * Waits until what carries the traffic knows the pods of each track that is to get more of it than now: what it does not
 * know yet answers 503. Before the route carries anything, such a track has a ready pod, and that is all.
 * @throws UserError when that does not come about: the route is as it was
 */
export async function untilKnown(waited: Waited): Promise<void> {
  const { config, plan } = waited;
  const route = await readRoute(waited);
  const raised = TRACKS.filter(
    (track) => plan.tracks[track].effectiveShare > shareIn(route, config.app.name, track),
  );
  await until(patienceOf(waited).followed, notKnown(waited), async () => {
    const pods = await Promise.all(raised.map((track) => podsOf(track, waited)));
    const empty = raised.find((_, at) => pods[at]?.length === 0);
    return empty && `no pod of ${plan.tracks[empty].name} is ready`;
  });
  if (!route || raised.length === 0 || routeState(route, config).state !== "accepted") return;
  const areAsked = await everyEnvoy(waited, {
    failure: notKnown(waited),
    missing: async ({ endpoints }) => {
      const known = raised.flatMap((track) => endpoints[track]).filter(({ healthy }) => healthy);
      const pods = await Promise.all(raised.map((track) => podsOf(track, waited)));
      const unknown = pods.flat().filter((pod) => !known.some(({ address }) => address === pod.address));
      return unknown.length === 0
        ? undefined
        : `it does not know ${unknown.map(({ name }) => name).join(", ")}`;
    },
  });
  if (!areAsked) await untilReadyForLong(raised, waited);
}

/** Where nobody can look: pods that have been ready for so long are known. */
async function untilReadyForLong(tracks: readonly TrackName[], waited: Waited): Promise<void> {
  const { api, config } = waited;
  const { propagationSeconds } = config.edge;
  await until(propagationSeconds + patienceOf(waited).followed, notKnown(waited), async () => {
    const pods = (await Promise.all(tracks.map((track) => podsOf(track, waited)))).flat();
    const now = api.time().getTime();
    const young = pods.find(({ readySince }) => now - readySince < propagationSeconds * 1000);
    return young && `${young.name} has not been ready for ${propagationSeconds} s`;
  });
}

const podsOf = (track: TrackName, { api, config, plan }: Waited): Promise<ReadyPod[]> =>
  readyPods(api, config.namespace, plan.tracks[track].identity);

const notKnown =
  ({ config }: Waited) =>
  (reason: string): UserError =>
    new UserError(
      `HTTPRoute ${config.app.name} is left as it was, because more traffic would meet errors: ${reason}`,
      "Look at the pods and at the Gateway's controller, then apply the stage again.",
    );
