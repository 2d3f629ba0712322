import { Command } from "commander";
import { applicationOf } from "../../application/application.ts";
import { type HistoryEntry, KEPT_MOVES } from "../../model/history.ts";
import { releaseText } from "../../model/lifecycle.ts";
import { percent } from "../../model/traffic.ts";
import { EXIT } from "../../results/exit.ts";
import { seconds, table, timeText } from "../print/text.ts";
import { examples, type Runner } from "../runner.ts";

export const historyCommand = (run: Runner): Command =>
  new Command("history")
    .description(`the last ${KEPT_MOVES} moves, newest first, as the cluster remembers them`)
    .addHelpText("after", examples("canary history", "canary history --json | jq '.[0]'"))
    .action(
      run(async (session) => {
        const moves = (await (await applicationOf(session))?.history()) ?? [];
        session.terminal.result(moves.map(withShortReason), historyText, () => moves);
        return EXIT.done;
      }),
    );

/** In the table; the whole reason is in --json. */
const LONGEST_REASON = 80;

/** With the first line of its reason alone: the others say what was to be done then. */
const withShortReason = ({ reason, ...entry }: HistoryEntry): HistoryEntry => ({
  ...entry,
  reason: reason?.split("\n")[0]?.slice(0, LONGEST_REASON),
});

function historyText(moves: readonly HistoryEntry[]): string {
  if (moves.length === 0) return "No move was made yet.";
  const head = ["when", "who", "move", "stage", "release", "effective", "measured", "took", "result"];
  return table([head, ...moves.map(row)]);
}

function row(entry: HistoryEntry): string[] {
  const { time, who, move, stage, release, effective, measured, result, reason, override } = entry;
  const remarks = [reason, override && `overridden: ${override}`].filter(Boolean);
  return [
    timeText(time),
    who,
    move,
    stage,
    releaseText(release),
    percent(effective),
    measured === null ? "-" : percent(measured),
    seconds(entry.seconds),
    [result, ...remarks].join(": "),
  ];
}
