import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { FAILURE_KINDS } from "../load/record.ts";

const byKind = z.partialRecord(z.enum(FAILURE_KINDS), z.int());
/** Milliseconds; null when nothing was answered. */
const latency = z.number().nullable();
const percent = z.number().min(0).max(100);
const range = z.object({ lowest: percent, highest: percent });
const replicas = z.object({ previous: z.int(), canary: z.int() });

/** Requests of a time, and how they ended. */
export const figuresSchema = z.object({
  requests: z.int(),
  failed: z.int(),
  failuresByKind: byKind,
  /** Longest time without an answered request, in milliseconds. */
  longestGapMs: z.number(),
  p50: latency,
  p99: latency,
  p999: latency,
});

const move = figuresSchema.extend({
  cycle: z.int(),
  stage: z.string(),
  move: z.string(),
  /** Milliseconds since the load began. */
  at: z.number(),
  seconds: z.number(),
  /** Percent of the traffic for the canary track, by pods and weights, as HAProxy applied it. */
  share: z.object({
    before: percent,
    after: percent,
    /** What the way promises; null where it promises nothing. */
    bound: range.nullable(),
    /** What was applied meanwhile; null when no server took traffic. */
    applied: range.nullable(),
    kept: z.boolean().nullable(),
  }),
  readyPods: z.object({ before: z.int(), after: z.int(), fewest: z.int(), kept: z.boolean() }),
});

/** Half a second each; times in milliseconds since the load began. */
export const timelineSchema = z.array(
  z.object({ at: z.number(), byVersion: z.record(z.string(), z.int()), failures: byKind, p99: latency }),
);

/** What traffic saw of whole cycles: in all, in moves and at rest. */
export const cyclesShape = {
  cycles: z.int(),
  total: figuresSchema,
  during: figuresSchema,
  outside: figuresSchema,
  /** By how much the client itself was late at worst, in milliseconds. */
  clientLateMs: z.number(),
};

const run = z.object({
  way: z.enum(["program", "walkthrough"]),
  replicas,
  ...cyclesShape,
  moves: z.array(move),
  timeline: timelineSchema,
});

/** `reports/availability.json`: what traffic saw of whole release cycles, by either way. */
export const reportSchema = z.object({
  environment: z.object({
    engine: z.string(),
    provider: z.string(),
    kubernetes: z.string(),
    haproxy: z.string(),
    cores: z.int(),
    /** Load average over a minute when the run began: the machine is not always alone. */
    loadAverage: z.number(),
    date: z.string(),
  }),
  load: z.object({
    newConnectionsPerSecond: z.number(),
    keptConnections: z.int(),
    /** How the rate was found, at rest; empty where it was given. */
    search: z.array(z.object({ rate: z.number(), p99: latency, failed: z.int(), held: z.boolean() })),
  }),
  runs: z.array(run),
});

export type Report = z.infer<typeof reportSchema>;
export type Run = z.infer<typeof run>;
export type MoveReport = z.infer<typeof move>;
export type Figures = z.infer<typeof figuresSchema>;

/** @throws Error when there is none, or it is of another version of this bench */
export async function readReport(file: string): Promise<Report> {
  return reportSchema.parse(JSON.parse(await readFile(file, "utf8")));
}

export async function writeReport(file: string, report: Report): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(reportSchema.parse(report), null, 1)}\n`);
}
