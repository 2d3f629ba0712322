import { z } from "zod";
import { cyclesShape, figuresSchema, timelineSchema } from "../availability/report.ts";
import { CANARIES } from "./canaries.ts";
import { CONTENDERS } from "./contender.ts";

const percent = z.number().min(0).max(100);

const move = figuresSchema.extend({
  cycle: z.int(),
  title: z.string(),
  /** Of the version that is being released, in percent. */
  share: percent,
  /** Milliseconds since the load began. */
  at: z.number(),
  /** From the command, or the change of the object, until what divides the traffic has the share … */
  seconds: z.number(),
  /** … and until the way says that it is done. */
  doneSeconds: z.number(),
  fewestReady: z.int(),
  /** Pods that were made. */
  made: z.int(),
  /** Requests to the API server, watches among them. */
  calls: z.int(),
  cpuSeconds: z.number(),
  peakMebibytes: z.number(),
  /** Share of the answers in the seconds after the move, on new connections and on kept-alive ones. */
  atRest: z.object({ new: percent.nullable(), kept: percent.nullable() }),
});

const release = z.object({
  contender: z.enum(CONTENDERS),
  /** New connections a second. */
  rate: z.number(),
  ...cyclesShape,
  moves: z.array(move),
  timeline: timelineSchema,
});

/** What became of a canary. */
export const OUTCOMES = ["taken out", "released", "still there", "never let in"] as const;

const judged = z.object({
  contender: z.enum(CONTENDERS),
  canary: z.enum(CANARIES),
  rate: z.number(),
  /** Between two checks of a peer's analysis. */
  interval: z.string(),
  outcome: z.enum(OUTCOMES),
  /** From its first share until it had none for good, or until the bench stopped looking. */
  seconds: z.number(),
  requests: z.int(),
  /** Requests that failed meanwhile, and how many of them the base rate would have cost anyway. */
  failed: z.int(),
  base: z.number(),
  failuresByKind: figuresSchema.shape.failuresByKind,
});

const killed = z.object({
  contender: z.enum(CONTENDERS),
  /** How long after its beginning a move lost what makes it, in milliseconds. */
  afterMs: z.number(),
  /** Whether it came to its end once that was back, and how many seconds later. */
  arrived: z.boolean(),
  seconds: z.number(),
  requests: z.int(),
  failed: z.int(),
});

const rights = z.object({
  contender: z.enum(CONTENDERS),
  where: z.enum(["cluster", "namespace"]),
  pairs: z.int(),
  writing: z.int(),
  secrets: z.array(z.string()),
});

const circumstances = z.object({
  date: z.string(),
  cores: z.int(),
  /** Over a minute, when it began: the machine is not always alone. */
  loadAverage: z.number(),
  /** Engine and cluster, and of a peer its version. */
  versions: z.string(),
});

/** What was measured: runs of one contender each. */
export const reportSchema = z.object({
  releases: z.array(release.extend({ circumstances })),
  judged: z.array(judged.extend({ circumstances })),
  killed: z.array(killed.extend({ circumstances })),
  rights: z.array(rights.extend({ circumstances })),
});

export type Circumstances = z.infer<typeof circumstances>;
export type ReleaseRun = z.infer<typeof release>;
export type JudgedRun = z.infer<typeof judged>;
export type KilledRun = z.infer<typeof killed>;
export type MoveReport = z.infer<typeof move>;
export type Report = z.infer<typeof reportSchema>;

/** A run of one part of the report. */
export type Entry = {
  readonly [Part in keyof Report]: { readonly part: Part; readonly run: Report[Part][number] };
}[keyof Report];

/** A report with a run more: the last one of its contender, canary, rate, interval and moment stands. */
export function merged(report: Report, { part, run }: Entry): Report {
  const others = report[part].filter((each) => keyOf(each) !== keyOf(run));
  return { ...report, [part]: [...others, run] };
}

/** What tells runs of one part apart; releases of one contender are one run, at whichever rate. */
function keyOf(run: Entry["run"]): string {
  if ("canary" in run) return [run.contender, run.canary, run.rate, run.interval].join(" ");
  return "afterMs" in run ? `${run.contender} ${run.afterMs}` : run.contender;
}
