/**
 * Writes the tables of docs/faults.md from reports/faults.json and reports/gate-faults.json, which the end-to-end tests of
 * faults write. A table without its report stays as it is.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { PROJECT_ROOT, REPORTS } from "../../local/paths.ts";
import { replaceBetween } from "../availability/document.ts";
import { GATE_FAULTS_REPORT, gateFaultsSchema, gateFaultsTable } from "./gate-report.ts";

const DOCUMENT = join(PROJECT_ROOT, "docs", "faults.md");

const GROUPS = {
  application: "The application",
  objects: "Objects that somebody changed",
  machinery: "The cluster and the edge",
  engine: "The engine",
} as const;

const resultsSchema = z.array(
  z.object({
    group: z.enum(["application", "objects", "machinery", "engine"]),
    fault: z.string(),
    operator: z.string(),
    wayOut: z.string(),
    traffic: z.object({ requests: z.int(), failed: z.int(), longestGapMs: z.number() }),
  }),
);

type Result = z.infer<typeof resultsSchema>[number];

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function row({ fault, operator, wayOut, traffic }: Result): string {
  const { requests, failed, longestGapMs } = traffic;
  const seen = `${failed} of ${requests} failed, longest gap ${Math.round(longestGapMs)} ms`;
  return `| ${[fault, operator, seen, wayOut].map(cell).join(" | ")} |`;
}

function section([group, title]: [string, string], results: readonly Result[]): string {
  const rows = results.filter((result) => result.group === group).map(row);
  if (rows.length === 0) return "";
  const head =
    "| fault | what the operator sees | what the traffic sees | what gets it out |\n| --- | --- | --- | --- |";
  return `### ${title}\n\n${head}\n${rows.join("\n")}\n`;
}

const sectionsOf = (results: readonly Result[]): string =>
  Object.entries(GROUPS)
    .map((group) => section(group, results))
    .filter((each) => each !== "")
    .join("\n")
    .trimEnd();

/** @returns what a report holds; undefined where there is none */
async function reportIn(file: string): Promise<unknown> {
  return readFile(file, "utf8").then(JSON.parse, () => undefined);
}

const results = resultsSchema.optional().parse(await reportIn(join(REPORTS, "faults.json")));
const gateFaults = gateFaultsSchema.optional().parse(await reportIn(GATE_FAULTS_REPORT));
let text = await readFile(DOCUMENT, "utf8");
if (results) text = replaceBetween(text, "faults", sectionsOf(results));
if (gateFaults) text = replaceBetween(text, "gate-faults", gateFaultsTable(gateFaults));
await writeFile(DOCUMENT, text);
console.log(
  `${DOCUMENT} has ${results?.length ?? "as many"} faults, and ${gateFaults?.length ?? "as many"} of the gate`,
);
