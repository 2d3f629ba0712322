import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { basename } from "node:path";
import { noteEngine } from "../started-engines.ts";

/** Node announces every process that this one starts, right before it has its id. */
const STARTS = "child_process";

/**
 * From now on every process of the Pulumi CLI that this process starts is noted, until it has ended by itself. One that
 * is killed stays noted. The Automation API starts them and does not tell their ids.
 */
export function noteStartedEngines(): void {
  unsubscribe(STARTS, onStart);
  subscribe(STARTS, onStart);
}

function onStart(message: unknown): void {
  const { process: child } = message as { readonly process: ChildProcess };
  child.once("spawn", () => {
    if (child.pid === undefined || basename(child.spawnfile) !== "pulumi") return;
    const forget = noteEngine(child.pid);
    child.once("exit", (code) => {
      // An engine that exits has given its lock back. One that a signal ended may have had no time to.
      if (code !== null) forget();
    });
  });
}
