import { join } from "node:path";
import { z } from "zod";
import { REPORTS } from "../../local/paths.ts";

/** What the end-to-end tests of the gate's faults write, and docs/faults.md shows. */
export const GATE_FAULTS_REPORT = join(REPORTS, "gate-faults.json");

/** When a rule says that the canary is bad, and how many of the canary's requests failed until then; null where it never does. */
const decided = z.object({ looks: z.int(), failed: z.int() }).nullable();

export const gateFaultsSchema = z.array(
  z.object({
    fault: z.string(),
    decision: z.enum(["harm", "fine", "go on"]),
    sentence: z.string(),
    seconds: z.number(),
    requests: z.int(),
    failed: z.int(),
    /** Looks that all rules judged, and the seconds between two of them. */
    looks: z.int(),
    lookSeconds: z.number(),
    rules: z.object({ gate: decided, flagger: decided, argo: decided, kayenta: decided }),
  }),
);

export type GateFault = z.infer<typeof gateFaultsSchema>[number];

const ACTIONS = { harm: "taken out", fine: "stays", "go on": "held, stays" } as const;

const cell = (text: string): string => text.replaceAll("|", "\\|");

const ruleText = (decided: GateFault["rules"]["gate"]): string =>
  decided === null ? "never" : `${decided.looks} / ${decided.failed}`;

function row({
  fault,
  decision,
  sentence,
  seconds,
  requests,
  failed,
  looks,
  lookSeconds,
  rules,
}: GateFault): string {
  const { gate, flagger, argo, kayenta } = rules;
  const cells = [
    fault,
    `${ACTIONS[decision]} after ${seconds.toFixed(1)} s: the canary ${sentence}`,
    `${failed} of ${requests}`,
    `${looks} of ${lookSeconds} s`,
    ...[gate, flagger, argo, kayenta].map(ruleText),
  ];
  return `| ${cells.map(cell).join(" | ")} |`;
}

/** The table of the gate's faults. */
export const gateFaultsTable = (faults: readonly GateFault[]): string =>
  [
    "| fault | what the gate does | requests of users that failed meanwhile | looks recorded | this gate | Flagger's rule | Argo's rule | Kayenta, once |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...faults.map(row),
  ].join("\n");
