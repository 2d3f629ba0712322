import { Command } from "commander";
import { nextStage } from "../../operations/live-stage.ts";
import { previewStage } from "../../operations/move.ts";
import { EXIT } from "../../results/exit.ts";
import { previewJson } from "../../results/json.ts";
import { previewText } from "../print/preview.ts";
import { examples, type Runner } from "../runner.ts";

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
        terminal.result(preview, previewText, previewJson);
        return exitCode && preview.changes.length > 0 ? EXIT.wouldChange : EXIT.done;
      }),
    );
