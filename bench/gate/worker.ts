/** Simulates the cells that it is sent, one after another. */
import { parentPort } from "node:worker_threads";
import { simulate } from "./cells.ts";
import type { Traffic } from "./traffic.ts";

export interface Task {
  readonly index: number;
  readonly cell: Traffic;
  readonly soaks: number;
}

parentPort?.on("message", ({ index, cell, soaks }: Task) => {
  parentPort?.postMessage({ index, result: simulate(cell, soaks, index + 1) });
});
