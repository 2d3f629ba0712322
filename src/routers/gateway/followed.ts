import { versionOf } from "../../config/app/versions.ts";
import { UserError } from "../../errors.ts";
import { TRACKS, type TrackName } from "../../model/names.ts";
import { percent } from "../../model/traffic.ts";
import { everyEnvoy } from "./every-envoy.ts";
import { changedAt, readRoute, routeState } from "./live-route.ts";
import { gatewayOf } from "./objects.ts";
import { patienceOf, until, type Waited } from "./waited.ts";

/** Shares are whole percents: this is the rounding of a division. */
const ROUNDING_POINTS = 0.01;

/**
 * Waits until the traffic is as the route says: its controller has accepted it, what carries the traffic has taken the
 * shares over, and a track without a share works on no request any more, for its version's `drainSeconds` at most.
 * @throws UserError with the controller's words where it refuses the route, or with what does not follow
 */
export async function untilFollowed(waited: Waited): Promise<void> {
  const { plan } = waited;
  await untilAccepted(waited);
  const failure = notFollowed(waited);
  const areAsked = await everyEnvoy(waited, {
    failure,
    missing: ({ shares }) => {
      if (shares.length === 0) return "it has no route to the application";
      const wrong = shares.find((share) => Math.abs(share - plan.effectiveCanary) > ROUNDING_POINTS);
      return wrong === undefined ? undefined : `it gives the canary ${percent(wrong)}`;
    },
  });
  if (!areAsked) return untilChangedLongAgo(waited);
  const left = TRACKS.filter((track) => plan.tracks[track].effectiveShare === 0);
  const drainSeconds = Math.max(0, ...left.map((track) => drainSecondsOf(track, waited)));
  const drained = performance.now() + drainSeconds * 1000;
  await everyEnvoy(waited, {
    failure,
    seconds: drainSeconds + patienceOf(waited).followed,
    missing: ({ endpoints }) => {
      const active = left.flatMap((track) => endpoints[track]).reduce((sum, one) => sum + one.active, 0);
      return active === 0 || performance.now() > drained ? undefined : `${active} requests are on their way`;
    },
  });
}

const drainSecondsOf = (track: TrackName, { config, plan }: Waited): number =>
  versionOf(config, plan.tracks[track].version).app.drainSeconds;

async function untilAccepted(waited: Waited): Promise<void> {
  const { config } = waited;
  const patience = patienceOf(waited);
  let refusedSince: number | undefined;
  await until(patience.observed, notAccepted(waited), async () => {
    const route = await readRoute(waited);
    if (!route) return "it is not there";
    const found = routeState(route, config);
    if (found.state === "accepted") return undefined;
    refusedSince = found.state === "refused" ? (refusedSince ?? performance.now()) : undefined;
    if (refusedSince !== undefined && performance.now() - refusedSince > patience.refused * 1000) {
      throw new Refused(found.reason);
    }
    return found.reason;
  }).catch((error: unknown) => {
    throw error instanceof Refused ? notAccepted(waited)(error.message) : error;
  });
}

/** What no further look would change. */
class Refused extends Error {}

/** Where nobody can look: what carries the traffic follows within a time, by the API server's clock. */
async function untilChangedLongAgo(waited: Waited): Promise<void> {
  const { propagationSeconds } = waited.config.edge;
  await until(propagationSeconds + patienceOf(waited).followed, notFollowed(waited), async () => {
    const route = await readRoute(waited);
    const seconds = (waited.api.time().getTime() - changedAt(route)) / 1000;
    return seconds >= propagationSeconds ? undefined : `it was changed less than ${propagationSeconds} s ago`;
  });
}

const BACK =
  "Nothing was taken away: both versions' pods run. Mend that, then apply the stage again, or the one before.";

const notAccepted =
  ({ config }: Waited) =>
  (reason: string): UserError => {
    const { namespace, name } = gatewayOf(config);
    const route = `HTTPRoute ${config.app.name}`;
    return new UserError(`${route} is not accepted at Gateway ${namespace}/${name}: ${reason}`, BACK);
  };

const notFollowed =
  ({ config, plan }: Waited) =>
  (reason: string): UserError =>
    new UserError(
      `HTTPRoute ${config.app.name} gives the canary ${percent(plan.effectiveCanary)}, which is not followed: ${reason}`,
      BACK,
    );
