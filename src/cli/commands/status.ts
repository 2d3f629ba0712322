import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import { readStatus } from "../../operations/status.ts";
import { EXIT } from "../../results/exit.ts";
import { statusJson } from "../../results/json.ts";
import { statsOption } from "../options.ts";
import { statusText } from "../print/status.ts";
import { examples, type Runner } from "../runner.ts";
import type { Session } from "../session.ts";

const WATCH_MS = 2_000;

interface Options {
  readonly watch?: boolean;
  readonly stats?: string;
}

export const statusCommand = (run: Runner): Command =>
  new Command("status")
    .description("what is live, how each stage is, and who is moving it")
    .option("--watch", "again every two seconds, until Ctrl-C")
    .addOption(statsOption())
    .addHelpText(
      "after",
      examples("canary status", "canary status --watch", "canary status --json | jq .live.stage"),
    )
    .action(
      run<Options>(async (session, _args, { watch, stats }) => {
        await show(session, stats);
        while (watch && (await pause(session.signal))) {
          await show(session, stats, true);
        }
        return EXIT.done;
      }),
    );

async function show(
  { project, pulumi, cluster, terminal }: Session,
  stats?: string,
  again = false,
): Promise<void> {
  const summaries = pulumi.stacks();
  // Both run a process of Pulumi, side by side. If both fail, the first failure is the one that is reported.
  const [api] = await Promise.all([cluster(), summaries]);
  const status = await readStatus(project, api, summaries, stats);
  if (again) terminal.clear();
  terminal.result(status, (shown) => statusText(shown, terminal.paint), statusJson);
}

/** @returns false when the operator has seen enough */
const pause = (signal: AbortSignal): Promise<boolean> => delay(WATCH_MS, true, { signal }).catch(() => false);
