import { setTimeout } from "node:timers/promises";
import type { Load } from "../load/load.ts";
import type { Summary } from "../load/summary.ts";
import type { Report } from "./report.ts";

/** New connections a second that are tried, ascending; the least is what has to be asked in any case. */
const RATES = [300, 400, 500, 650, 800, 1000];
const LEAST = 300;
const TRIAL_MS = 5000;
const P99_MS = 50;
/** The part of the requests due that has to be sent, or the machine is too slow for the rate. */
const SENT_SHARE = 0.98;

export type Trial = Report["load"]["search"][number];

/**
 * The highest rate of new connections that is held at rest: no failure, nearly all sent in time, p99 under 50 ms.
 * @param start begins a load at a rate; kept-alive connections are its own matter
 * @returns the rate, 300 where even that is not held, and what was tried
 */
export async function findSteadyRate(
  start: (rate: number) => Promise<Load>,
): Promise<{ rate: number; search: Trial[] }> {
  const search: Trial[] = [];
  for (const rate of RATES) {
    const load = await start(rate);
    await setTimeout(TRIAL_MS);
    const trial = trialOf(rate, await load.stop());
    search.push(trial);
    if (!trial.held) break;
  }
  return { rate: Math.max(LEAST, ...search.filter(({ held }) => held).map(({ rate }) => rate)), search };
}

function trialOf(rate: number, { rate: sent, failed, new: { p99 } }: Summary): Trial {
  const held = failed === 0 && sent >= rate * SENT_SHARE && p99 !== undefined && p99 < P99_MS;
  return { rate, p99: p99 === undefined ? null : Number(p99.toFixed(2)), failed, held };
}
