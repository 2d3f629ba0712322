import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { GATE_FAULTS_REPORT, type GateFault, gateFaultsSchema } from "../../../bench/faults/gate-report.ts";
import { RULE_NAMES, RULES, type RuleName } from "../../../bench/gate/rules.ts";
import { LOOK_SECONDS } from "../../../bench/gate/traffic.ts";
import type { Look } from "../../../src/gate/look.ts";
import type { Evidence } from "../../../src/judging/evidence.ts";

/** What a gate did with a fault, and the counters that it saw. */
export interface GateRun {
  readonly fault: string;
  readonly evidence: Evidence | undefined;
  /** From the beginning of the soak until the canary was out; until its end where it stayed. */
  readonly seconds: number;
  /** Requests of users meanwhile, and those of them that failed. */
  readonly requests: number;
  readonly failed: number;
  /** The looks that the other rules judge as well. */
  readonly looks: readonly Look[];
  /** Seconds between two of them. */
  readonly lookSeconds: number;
}

/** Keeps what a soak shows as looks: evidence has the sums of them. */
export function lookRecorder() {
  const seen: Evidence[] = [];
  const since = (now: Evidence["canary"], before: Evidence["canary"] | undefined) => ({
    requests: now.requests - (before?.requests ?? 0),
    failed: now.failed - (before?.failed ?? 0),
  });
  return {
    onLook: (evidence: Evidence): void => void seen.push(evidence),
    looks: (): Look[] =>
      seen.map(({ canary, previous }, index) => ({
        canary: since(canary, seen[index - 1]?.canary),
        previous: since(previous, seen[index - 1]?.previous),
      })),
  };
}

/** Writes a row down, in the place of an earlier one for the same fault. */
export async function reportGate({ fault, evidence, looks, ...run }: GateRun): Promise<void> {
  const before = await readFile(GATE_FAULTS_REPORT, "utf8").then(
    (text) => gateFaultsSchema.parse(JSON.parse(text)),
    () => [],
  );
  const row: GateFault = {
    fault,
    decision: evidence?.decision ?? "go on",
    sentence: evidence?.sentence ?? "",
    ...run,
    looks: looks.length,
    rules: Object.fromEntries(
      RULE_NAMES.map((name) => [name, decisionOf(name, looks)]),
    ) as GateFault["rules"],
  };
  const rows = [...before.filter((one) => one.fault !== fault), row];
  await mkdir(dirname(GATE_FAULTS_REPORT), { recursive: true });
  await writeFile(GATE_FAULTS_REPORT, `${JSON.stringify(rows, null, 2)}\n`);
}

/** After how many looks a rule says that the canary is bad, and how many of its requests failed until then. */
function decisionOf(name: RuleName, looks: readonly Look[]): GateFault["rules"][RuleName] {
  const seconds = RULES[name](looks);
  if (seconds === undefined) return null;
  const after = seconds / LOOK_SECONDS;
  const failed = looks.slice(0, after).reduce((sum, { canary }) => sum + canary.failed, 0);
  return { looks: after, failed };
}
