/**
 * The gate beside the rules of Flagger, Argo Rollouts and Kayenta on the same simulated soaks. Writes reports/gate.json, the
 * tables of docs/gate.md and its picture, and ends with 1 where the gate does not reach what it has to.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { Command } from "commander";
import { PROJECT_ROOT, REPORTS } from "../../local/paths.ts";
import { createProgress } from "../../local/process/progress.ts";
import { replaceBetween } from "../availability/document.ts";
import { count } from "../options.ts";
import { allCells, type CellResult } from "./cells.ts";
import { missedOf, tablesOf } from "./document.ts";
import { pictureOf } from "./picture.ts";
import type { Task } from "./worker.ts";

const REPORT = join(REPORTS, "gate.json");
const DOCUMENT = join(PROJECT_ROOT, "docs", "gate.md");
const PICTURE = join(PROJECT_ROOT, "docs", "pictures", "gate.svg");

const command = new Command("npm run bench:gate --")
  .description("Simulates soaks, and judges them by the gate and by other tools' rules.")
  .option("--soaks <n>", "soaks of each combination", count, 2000);

/** Shares the cells between threads: each takes the next one when it is done. */
async function simulateAll(
  soaks: number,
  onDone: (done: number, all: number) => void,
): Promise<CellResult[]> {
  const cells = allCells();
  const results: CellResult[] = [];
  let next = 0;
  let done = 0;
  const work = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      const send = (): void => {
        const index = next++;
        const cell = cells[index];
        if (cell) worker.postMessage({ index, cell, soaks } satisfies Task);
        else worker.terminate().then(() => resolve(), reject);
      };
      worker.on("error", reject);
      worker.on("message", ({ index, result }: { index: number; result: CellResult }) => {
        results[index] = result;
        onDone(++done, cells.length);
        send();
      });
      send();
    });
  const threads = Array.from(
    { length: availableParallelism() },
    () => new Worker(new URL("worker.ts", import.meta.url)),
  );
  await Promise.all(threads.map(work));
  return results;
}

const { soaks } = command.parse().opts<{ soaks: number }>();
const progress = createProgress();
const started = performance.now();
const cells = await progress.step(`${soaks} soaks of each combination`, (note) =>
  simulateAll(soaks, (done, all) => note(`${done} of ${all}`)),
);
const seconds = Math.round((performance.now() - started) / 1000);
await mkdir(dirname(REPORT), { recursive: true });
await writeFile(REPORT, `${JSON.stringify({ soaks, seconds, cells }, undefined, 2)}\n`);
await mkdir(dirname(PICTURE), { recursive: true });
await writeFile(PICTURE, pictureOf(cells));
await writeFile(
  DOCUMENT,
  replaceBetween(await readFile(DOCUMENT, "utf8"), "simulated", tablesOf(cells, { soaks, seconds })),
);
const missed = missedOf(cells);
for (const line of missed) console.log(`NOT REACHED: ${line}`);
console.log(`${DOCUMENT} shows ${cells.length} combinations of ${soaks} soaks each, ${seconds} s`);
process.exitCode = missed.length > 0 ? 1 : 0;
