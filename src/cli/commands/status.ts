import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import { readStatus } from "../../operations/status.ts";
import { EXIT } from "../exit.ts";
import { statusJson } from "../json.ts";
import { statsOption } from "../options.ts";
import { statusText } from "../print/status.ts";
import { examples, type Runner } from "../runner.ts";
import type { Session } from "../session.ts";

const WATCH_MS = 2_000;
const CLEAR_SCREEN = "\u001b[H\u001b[2J";

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
        while (watch && (await pause(session.signal)))
          await show(session, stats, session.terminal.json ? "" : CLEAR_SCREEN);
        return EXIT.done;
      }),
    );

async function show(
  { project, pulumi, cluster, terminal }: Session,
  stats?: string,
  before = "",
): Promise<void> {
  const summaries = pulumi.stacks();
  // Both processes at once; the one that fails first is told about.
  const [api] = await Promise.all([cluster(), summaries]);
  const status = await readStatus(project, api, summaries, stats);
  terminal.result(statusJson(status), () => before + statusText(status, terminal.paint));
}

/** @returns false when the operator has seen enough */
const pause = (signal: AbortSignal): Promise<boolean> => delay(WATCH_MS, true, { signal }).catch(() => false);
