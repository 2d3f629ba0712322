import { useSignal } from "@preact/signals";
import { plural } from "../model/numbers.ts";
import { byTrouble, type Pod, podsOf, type ReplicaSet, readiness, type Track } from "../model/pods.ts";
import { age } from "../model/times.ts";
import { live, minute, statusAt } from "../state.ts";
import { Icon } from "./icon.tsx";
import { Panel } from "./panel.tsx";
import { When } from "./when.tsx";

/** So many pods of a ReplicaSet are shown before somebody asks for more, those with trouble first. */
const SHOWN = 12;
const MORE = 100;

/** Deployments, their ReplicaSets, their pods. */
export function Objects() {
  const now = live.value;
  if (!now) return null;
  const all = [...podsOf(now.tracks.canary), ...podsOf(now.tracks.previous)];
  const { ready } = readiness(all);
  return (
    <Panel
      name="objects"
      title="Pods"
      aside={
        <span class="aside">
          {ready} of {plural(all.length, "pod")} ready
        </span>
      }
    >
      <div class="tracks">
        <TrackOf name="canary" version={now.release.canary} track={now.tracks.canary} />
        <TrackOf name="previous" version={now.release.previous} track={now.tracks.previous} />
      </div>
    </Panel>
  );
}

function TrackOf({
  name,
  version,
  track,
}: {
  readonly name: "canary" | "previous";
  readonly version: string;
  readonly track: Track;
}) {
  const { deployment, rollout, replicas, replicaSets } = track;
  const isComplete = rollout === "complete";
  return (
    <section class={`track track-${name}`} aria-label={`Deployment ${deployment}`}>
      <h3>
        <span class={`swatch swatch-${name}`} aria-hidden="true" />
        {deployment}{" "}
        <small>
          {name}, {version}
        </small>
      </h3>
      <p class={isComplete ? "rollout" : "rollout rollout-going"}>
        <Icon name={isComplete ? "good" : "behind"} />
        {plural(replicas, "replica")}, {rollout}
      </p>
      {replicaSets.map((set) => (
        <ReplicaSetOf key={set.name} {...set} />
      ))}
    </section>
  );
}

function ReplicaSetOf({ name, revision, pods }: ReplicaSet) {
  const shown = useSignal(SHOWN);
  const { ready, all } = readiness(pods);
  const visible = byTrouble(pods).slice(0, shown.value);
  const hidden = pods.length - visible.length;
  return (
    <details class="replica-set" open={all > 0}>
      <summary>
        {name}{" "}
        <small>
          revision {revision}, {ready} of {all} ready
        </small>
      </summary>
      <ul class="pods">
        {visible.map((pod) => (
          <PodLine key={pod.name} pod={pod} />
        ))}
      </ul>
      {hidden > 0 && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            shown.value += MORE;
          }}
        >
          {hidden} more, {ready - visible.filter(({ serving }) => serving).length} of them ready: show{" "}
          {Math.min(hidden, MORE)}
        </button>
      )}
    </details>
  );
}

function PodLine({ pod }: { readonly pod: Pod }) {
  const { name, version, serving, state, reason, restarts, lastRestart, weight } = pod;
  return (
    <li class={serving ? "pod" : "pod pod-troubled"}>
      <Icon name={serving ? "good" : "bad"} />
      <span class="pod-name">{name}</span>
      <span class="pod-state">{serving ? "ready" : state}</span>
      <span class="pod-facts">
        {version}, weight {weight}, <PodAge pod={pod} />,{" "}
        <span class={restarts > 0 ? "restarted" : undefined}>{plural(restarts, "restart")}</span>
        {lastRestart && (
          <>
            , last <When time={lastRestart} />
          </>
        )}
      </span>
      {reason && <span class="pod-reason">{reason}</span>}
    </li>
  );
}

/** It was told when the status was: time has gone on since. */
function PodAge({ pod }: { readonly pod: Pod }) {
  const since = Math.max(0, (minute.value.getTime() - statusAt.peek().getTime()) / 1000);
  return <>{age(pod.ageSeconds + since)} old</>;
}
