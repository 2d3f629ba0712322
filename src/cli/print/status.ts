import type { LiveTrack } from "../../application/tracks.ts";
import { type Autoscaler, autoscalerProblem } from "../../model/autoscaling.ts";
import { releaseText } from "../../model/lifecycle.ts";
import type { Pod } from "../../model/pods.ts";
import type { Abort } from "../../model/record.ts";
import { deviationText } from "../../operations/conformance.ts";
import type { LiveStatus, StageCondition, Status } from "../../operations/status.ts";
import { shellWord } from "../../process/shell.ts";
import type { Terminal } from "../terminal.ts";
import { verdictText } from "./evidence.ts";
import { contradictionLines } from "./record.ts";
import { sharesTable } from "./shares.ts";
import { ageText, table, timeText } from "./text.ts";

type Paint = Terminal["paint"];

const COLORS: Readonly<Record<StageCondition, Parameters<Paint>[0]>> = {
  live: "green",
  drifted: "red",
  applied: "cyan",
  behind: "yellow",
  "never applied": "gray",
};

/** What is live, at a glance. */
export function statusText(status: Status, paint: Paint): string {
  const { app, namespace, release, founded, live, stages, lock } = status;
  const stagesLine = stages.map(({ name, condition }) => `${name} ${paint(COLORS[condition], condition)}`);
  return [
    `${app} in ${namespace}: release ${releaseText(release)} in Pulumi.yaml`,
    `stages  ${stagesLine.join("   ")}`,
    ...(lock
      ? [`lock    ${paint("yellow", lock.name)} since ${timeText(lock.since)} (${lock.purpose})`]
      : ["lock    free"]),
    ...(live
      ? liveLines(live, paint)
      : ["", `Nothing was released yet. Begin with: canary ${founded ? "promote" : "foundation"}`]),
  ].join("\n");
}

function liveLines(live: LiveStatus, paint: Paint): string[] {
  const { record, move, shares, tracks, deviations, contradictions, verdict, unfinishedMoveTo, next } = live;
  const by = move
    ? `since ${timeText(move.time)}, by ${move.who}`
    : `${record.writtenBy ? `by ${record.writtenBy}, ` : ""}not in its history`;
  return [
    "",
    `${paint("bold", record.stage)} is live with ${releaseText(record.release)}, ${by}`,
    ...(record.aborted ? [paint("yellow", abortedText(record.aborted))] : []),
    ...(record.override ? [paint("yellow", `lifecycle overridden: ${record.override}`)] : []),
    ...(verdict ? [`judged ${verdictText(verdict)}`] : []),
    ...contradictionLines(contradictions).map((line) => paint("red", line)),
    sharesTable(record.release, shares),
    "",
    ...trackLines(tracks.previous, paint),
    ...trackLines(tracks.canary, paint),
    ...(deviations.length > 0 ? ["", ...deviationLines(live, paint)] : []),
    ...(unfinishedMoveTo === undefined && next !== undefined ? ["", `next: canary promote ${next}`] : []),
  ];
}

function abortedText({ by, reason }: Abort): string {
  return `the canary was taken out${by && ` by ${by}`}${reason && `: ${reason}`}`;
}

function deviationLines({ record, deviations, unfinishedMoveTo }: LiveStatus, paint: Paint): string[] {
  const heading = unfinishedMoveTo
    ? `A move to ${unfinishedMoveTo} did not end. Go on with: canary promote ${shellWord(unfinishedMoveTo)}. Go back with: canary rollback.`
    : `The cluster is not what ${record.stage} asks for. Mend it with: canary promote ${shellWord(record.stage)}`;
  return [paint("red", heading), ...deviations.map(deviationText)];
}

function trackLines(
  { deployment, found, autoscaler, rollout, replicas, replicaSets }: LiveTrack,
  paint: Paint,
): string[] {
  const state = rollout.state === "complete" ? "" : paint("yellow", `, ${rollout.state}: ${rollout.reason}`);
  const heading = found
    ? `${replicas} ${replicas === 1 ? "pod" : "pods"}${autoscaler ? scaledText(autoscaler, paint) : ""}${state}`
    : paint("red", "is not there");
  const lines = replicaSets.flatMap(({ name, revision, pods }, at) => {
    const isLast = at === replicaSets.length - 1;
    const rows = table(
      pods.map((pod) => podRow(pod, paint)),
      `  ${isLast ? "   " : "│  "}`,
    ).split("\n");
    return [
      `  ${isLast ? "└─" : "├─"} ReplicaSet ${name}  revision ${revision}`,
      ...rows.map((row, index) => row.replace(/^(.{5})/, `$1${index === pods.length - 1 ? "└─ " : "├─ "}`)),
    ];
  });
  return [`Deployment ${deployment}  ${heading}`, ...lines];
}

function scaledText(autoscaler: Autoscaler, paint: Paint): string {
  const { minReplicas = 1, maxReplicas } = autoscaler.spec;
  const problem = autoscalerProblem(autoscaler);
  const isIdle = problem === undefined ? "" : paint("yellow", `, but not now: ${problem}`);
  return `, scaled between ${minReplicas} and ${maxReplicas}${isIdle}`;
}

function podRow({ name, serving, state, restarts, ageSeconds, weight }: Pod, paint: Paint): string[] {
  return [
    `Pod ${name}`,
    serving ? paint("green", "ready") : paint("red", state),
    `restarts ${restarts}`,
    `age ${ageText(ageSeconds)}`,
    `weight ${weight}`,
  ];
}
