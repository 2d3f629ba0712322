import { applicationOf } from "../application/application.ts";
import type { LiveTrack } from "../application/tracks.ts";
import { type GateConfig, timesAt } from "../config/gate.ts";
import { Refusal, UserError } from "../errors.ts";
import { type GateSettings, parametersOf } from "../gate/parameters.ts";
import type { Evidence } from "../judging/evidence.ts";
import type { PodsNow } from "../judging/restarts.ts";
import { soak } from "../judging/soak.ts";
import type { LookSource } from "../judging/source.ts";
import { eventOf } from "../model/event.ts";
import type { HistoryEntry } from "../model/history.ts";
import { sameRelease } from "../model/lifecycle.ts";
import { hasBothVersions } from "../model/verdict.ts";
import { readRouted } from "../routers/live.ts";
import type { LiveStage } from "../verification/options.ts";
import { liveStage } from "./live-stage.ts";
import { watch } from "./look-source.ts";
import type { Operator } from "./operator.ts";
import { type ProbeOptions, startProbes } from "./probes.ts";
import { requireApplication } from "./require-application.ts";
import type { OperationOptions } from "./with-lock.ts";

export interface JudgeOptions extends OperationOptions {
  readonly gate: GateConfig;
  /** Requests that are sent meanwhile; undefined for none. */
  readonly probes?: ProbeOptions | undefined;
  /** Told after each look, and of which stage it is. */
  readonly onLook?: ((evidence: Evidence, stage: string) => void) | undefined;
}

/** The live stage, judged. */
export interface JudgedStage {
  readonly stage: LiveStage;
  readonly evidence: Evidence;
}

/**
 * Judges the canary of the live stage and writes the verdict into the history. It holds no lock, so that somebody else can
 * take the canary out meanwhile; where somebody moves, there is no verdict.
 * @param expected the stage that has to be live; without it, whichever is
 * @throws Refusal where only one version has traffic: there is nothing to compare it with; UserError where somebody else
 * moved meanwhile
 */
export async function judgeLiveStage(
  operator: Pick<Operator, "project" | "cluster">,
  options: JudgeOptions,
  expected?: string,
): Promise<JudgedStage> {
  const { api, stage } = await liveStage(operator);
  if (expected !== undefined && stage.stage !== expected) throw movedMeanwhile(expected, stage.stage);
  if (!hasBothVersions(stage.intended)) {
    throw new Refusal(
      `${stage.stage} gives ${stage.intended.canary === 0 ? "previous" : "the canary"} all of the traffic: there is nothing to compare it with`,
      "A canary is judged while both versions have traffic.",
    );
  }
  const { gate, observer, probes, onLook } = options;
  const moved = new AbortController();
  const signal = AbortSignal.any([options.signal, moved.signal]);
  const readPods = () => podsNow(operator, stage);
  const watched = await watch(operator, stage, { gate, readPods, observer });
  const parameters = parametersOf(settingsOf(gate));
  const { least, most } = timesAt(gate, stage.stage);
  const own = probes && (await startProbes(api, stage, probes, signal));
  const began = new Date();
  const evidence = await observer
    .phase(`judge ${stage.stage}`, (note) =>
      soak(stoppedByMoves(operator, stage, watched.source, moved), {
        ...watched,
        parameters,
        own,
        leastSeconds: least,
        mostSeconds: most,
        signal,
        lookSeconds: gate.every,
        onLook: (seen) => {
          note(seen.unread ?? seen.sentence);
          onLook?.(seen, stage.stage);
        },
      }),
    )
    .finally(() => own?.stop());
  await remember(operator, stage, { began, evidence }, options);
  return { stage, evidence };
}

/** Pulumi.yaml has percents. */
/** What of a gate its statistics go by. */
export const settingsOf = ({ ratio, points, falseAlarms, certainty }: GateConfig): GateSettings => ({
  ratio,
  points: points / 100,
  falseAlarms: falseAlarms / 100,
  wronglyFine: 1 - certainty / 100,
});

async function podsNow(operator: Pick<Operator, "project" | "cluster">, stage: LiveStage): Promise<PodsNow> {
  const { api } = await requireApplication(operator);
  const { tracks } = await readRouted(api, stage);
  const podsOf = ({ replicaSets }: LiveTrack) => replicaSets.flatMap(({ pods }) => pods);
  return { previous: podsOf(tracks.previous), canary: podsOf(tracks.canary) };
}

/** The same source; it stops the soak once another stage or another release is live. */
function stoppedByMoves(
  operator: Pick<Operator, "project" | "cluster">,
  { stage, release }: LiveStage,
  source: LookSource,
  moved: AbortController,
): LookSource {
  return {
    name: source.name,
    read: async () => {
      const record = await (await applicationOf(operator))?.record();
      if (record && (record.stage !== stage || !sameRelease(record.release, release))) {
        moved.abort(movedMeanwhile(stage, record.stage));
      }
      return source.read();
    },
  };
}

const movedMeanwhile = (stage: string, live: string): UserError =>
  new UserError(
    `${stage} is not judged to the end: ${live} is live meanwhile`,
    "Look at what is live: canary status",
  );

/** A verdict is as good without its entry: that it could not be written is said, and nothing more. */
async function remember(
  operator: Pick<Operator, "project" | "cluster">,
  { stage, release, plan }: LiveStage,
  { began, evidence }: { readonly began: Date; readonly evidence: Evidence },
  { identity, observer }: Pick<OperationOptions, "identity" | "observer">,
): Promise<void> {
  const { decision, looks, seconds, canary, previous, eA, bound, sentence } = evidence;
  const entry: HistoryEntry = {
    time: began.toISOString(),
    who: identity.who,
    move: "judgement",
    stage,
    release,
    effective: plan.effectiveCanary,
    measured: null,
    override: "",
    result: "judged",
    seconds: Number(seconds.toFixed(1)),
    reason: sentence,
    verdict: { decision, looks, canary, previous, evidence: eA, bound },
  };
  observer.event?.(eventOf(entry));
  try {
    await (await applicationOf(operator))?.appendHistory(entry);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    observer.say(`the verdict could not be written to the history: ${error.message}`);
  }
}
