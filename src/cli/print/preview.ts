import { changedVersionLines, fromToText } from "../../config/app/setting-changes.ts";
import type { ClusterConfig } from "../../config/cluster.ts";
import type { FoundationConfig } from "../../config/foundation.ts";
import { type Change, changeText } from "../../engine/changes.ts";
import { autoscalingText } from "../../model/autoscaling.ts";
import { releaseText } from "../../model/lifecycle.ts";
import { percent } from "../../model/traffic.ts";
import { rangeText } from "../../model/transition.ts";
import type { FoundationPreview } from "../../operations/foundation.ts";
import type { PlannedMove, StagePreview } from "../../operations/move.ts";
import {
  type FromTo,
  type HookSummary,
  hooksThatRun,
  podsThatRestart,
  summarize,
  type TrackSummary,
} from "../../operations/summary.ts";
import { takenOverLines } from "../../operations/taken-over.ts";
import { contradictionLines } from "./record.ts";
import { table } from "./text.ts";

/** A preview: the stage in numbers, then every change. */
export function previewText(preview: StagePreview): string {
  const { changes } = preview;
  const restarts = podsThatRestart(changes);
  return [
    plannedText(preview),
    ...hooksThatRun(preview).map(hookLine),
    ...(restarts.length > 0 ? [`  pods made anew: ${restarts.join(", ")}`] : []),
    "",
    changes.length === 0 ? "Nothing would change." : `Changes (${changes.length}):`,
    ...changeLines(changes).map((line) => `  ${line}`),
    ...preview.takenOver.flatMap(takenOverLines),
  ].join("\n");
}

const hookLine = ({ hook, words }: HookSummary): string =>
  hook === "before"
    ? `  hook before, which has to succeed before any pod changes: ${words}`
    : `  hook after, which has to succeed once the stage is in place: ${words}`;

/** The foundation's preview: what applying it takes, and every change. */
export function foundationText(
  { changes, takenOver }: Pick<FoundationPreview, "changes" | "takenOver">,
  { founding, cluster }: Pick<FoundationConfig, "founding" | "cluster">,
): string {
  return [
    `${founding}  ${changes.length === 0 ? "nothing would change" : `changes (${changes.length}):`}`,
    ...changeLines(changes).map((line) => `  ${line}`),
    ...takenOver.flatMap(takenOverLines),
    `  needs ${neededFor(cluster)}`,
  ].join("\n");
}

/** With whose rights a foundation is applied. */
function neededFor(cluster: ClusterConfig): string {
  return cluster.kind === "gke"
    ? `whoever may found a cluster in Google Cloud's project ${cluster.project} (docs/gke.md), and gke-gcloud-auth-plugin on PATH`
    : `an administrator of the cluster behind context ${cluster.context}: it makes a namespace, an account and its Role`;
}

/** A move in numbers, from what is live to what the stage asks for. */
export function plannedText(planned: PlannedMove): string {
  const { stage, move, config, contradictions } = planned;
  const { tracks, during } = summarize(planned);
  const rows = [
    ["", "version", "replicas", "weight of a pod", "intended", "effective"],
    trackRow("previous", tracks.previous),
    trackRow("canary", tracks.canary),
  ];
  return [
    `${stage}  ${move} of ${config.app.name} ${releaseText(config.release)}`,
    ...contradictionLines(contradictions).map((line) => `  ${line}`),
    table(rows, "  "),
    ...settingLines(planned),
    ...(during ? [`  share of the canary during the move: ${rangeText(during)}`] : []),
    ...(config.lifecycleOverride ? [`  lifecycle overridden: ${config.lifecycleOverride}`] : []),
    ...planned.liveChanges.flatMap(changedVersionLines).map((line) => `  ${line}`),
  ].join("\n");
}

/** What the canary is made from: a line for each value that the previous version has otherwise. */
function settingLines({ settings, config: { release } }: PlannedMove): string[] {
  const lines = settings.map((change) => [change.path, fromToText(change)]);
  return [`  ${release.canary} against ${release.previous}:`, table(lines, "    ")];
}

function trackRow(name: string, summary: TrackSummary): string[] {
  const { version, replicas, autoscaling, weight, intended, effective } = summary;
  return [
    name,
    fromTo(version, String),
    `${fromTo(replicas, String)}${autoscaling ? `, scaled ${autoscalingText(autoscaling)}` : ""}`,
    fromTo(weight, String),
    fromTo(intended, percent),
    fromTo(effective, percent),
  ];
}

function fromTo<T>({ from, to }: FromTo<T>, text: (value: T) => string): string {
  if (from === undefined || text(from) === text(to)) return text(to);
  return `${text(from)} → ${text(to)}`;
}

/** New objects in one line, each other change in its own. */
function changeLines(changes: readonly Change[]): string[] {
  const created = changes.filter(({ operation }) => operation === "create").map(({ object }) => object);
  const others = changes.filter(({ operation }) => operation !== "create");
  return [...(created.length > 0 ? [`create ${created.join(", ")}`] : []), ...others.map(lineOf)];
}

/** What the record keeps of versions is long, and the lines above say it by value. */
const lineOf = (change: Change): string =>
  /^data\.(versions|objects)$/.test(change.path)
    ? `${change.object}  ${change.path}  changed`
    : changeText(change);
