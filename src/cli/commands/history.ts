import { Command } from "commander";
import { readHistory } from "../../application/history.ts";
import { type HistoryEntry, KEPT_MOVES } from "../../model/history.ts";
import { releaseText } from "../../model/lifecycle.ts";
import { appNames } from "../../model/names.ts";
import { percent } from "../../model/traffic.ts";
import { EXIT } from "../exit.ts";
import { seconds, table, timeText } from "../print/text.ts";
import { examples, type Runner } from "../runner.ts";

export const historyCommand = (run: Runner): Command =>
  new Command("history")
    .description(`the last ${KEPT_MOVES} moves, newest first, as the cluster remembers them`)
    .addHelpText("after", examples("canary history", "canary history --json | jq '.[0]'"))
    .action(
      run(async ({ project, cluster, terminal }) => {
        const { app, namespace } = project.config;
        const api = await cluster();
        const moves = api ? await readHistory(api, namespace, appNames(app.name, namespace).history) : [];
        terminal.result(moves, () => (moves.length === 0 ? "No move was made yet." : historyText(moves)));
        return EXIT.done;
      }),
    );

/** The whole of it is in --json. */
const LONGEST_REASON = 80;

function historyText(moves: readonly HistoryEntry[]): string {
  const head = ["when", "who", "move", "stage", "release", "effective", "measured", "took", "result"];
  return table([head, ...moves.map(row)]);
}

function row(entry: HistoryEntry): string[] {
  const { time, who, move, stage, release, effective, measured, result, reason, override } = entry;
  const remarks = [
    reason?.split("\n")[0]?.slice(0, LONGEST_REASON),
    override && `overridden: ${override}`,
  ].filter(Boolean);
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
