import { Command } from "commander";
import { readRecord } from "../../application/live.ts";
import { Refusal } from "../../errors.ts";
import { sameRelease, stageAfter } from "../../model/lifecycle.ts";
import { appNames } from "../../model/names.ts";
import { previewStage } from "../../operations/move.ts";
import { EXIT } from "../exit.ts";
import { previewJson } from "../json.ts";
import { previewText } from "../print/preview.ts";
import { examples, type Runner } from "../runner.ts";
import type { Session } from "../session.ts";

interface Options {
  readonly diff?: boolean;
  readonly exitCode?: boolean;
}

export const previewCommand = (run: Runner): Command =>
  new Command("preview")
    .description("what moving to a stage would change, exactly; changes nothing")
    .argument("[stage]", "a stage of the lifecycle (default: the next one)")
    .option("--diff", "Pulumi's own output too, on stderr")
    .option("--exit-code", `end with ${EXIT.wouldChange} when something would change`)
    .addHelpText(
      "after",
      examples(
        "canary preview",
        "canary preview canary-75 --diff",
        "canary preview --exit-code || echo changes",
      ),
    )
    .action(
      run<Options>(async (session, [named], { diff, exitCode }) => {
        const { terminal, signal } = session;
        const [operator, stage] = await Promise.all([session.operator(), named ?? nextStage(session)]);
        const observer = await terminal.observer();
        const onOutput = diff ? (text: string) => terminal.note(text.trimEnd()) : undefined;
        const preview = await observer.phase(`preview ${stage}`, (note) =>
          previewStage(
            operator,
            stage,
            { onOutput, signal, onChange: ({ object }) => note(object) },
            observer,
          ),
        );
        terminal.result(previewJson(preview), () => previewText(preview));
        return exitCode && preview.changes.length > 0 ? EXIT.wouldChange : EXIT.done;
      }),
    );

/**
 * The stage that a promotion goes to when none is named.
 * @throws Refusal at the end of a release
 */
export async function nextStage({ project, cluster }: Session): Promise<string> {
  const { app, namespace, lifecycle, release } = project.config;
  const [first = ""] = lifecycle;
  const api = await cluster();
  const record = api && (await readRecord(api, namespace, appNames(app.name, namespace).record));
  if (!record || !sameRelease(record.release, release)) return first;
  const next = stageAfter(record.stage, lifecycle);
  if (next !== undefined) return next;
  throw new Refusal(
    `${record.stage} is the last stage: release ${release.previous} → ${release.canary} is done`,
    "Begin the next one with: canary release VERSION",
  );
}
