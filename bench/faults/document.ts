/** Writes the table of docs/faults.md from reports/faults.json, which the end-to-end tests of faults write. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { PROJECT_ROOT, REPORTS } from "../../local/paths.ts";
import { replaceBetween } from "../availability/document.ts";

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

const results = resultsSchema.parse(JSON.parse(await readFile(join(REPORTS, "faults.json"), "utf8")));
const sections = Object.entries(GROUPS).map((group) => section(group, results));
const text = sections.filter((each) => each !== "").join("\n");
await writeFile(DOCUMENT, replaceBetween(await readFile(DOCUMENT, "utf8"), "faults", text.trimEnd()));
console.log(`${DOCUMENT} has ${results.length} faults`);
