import { Command } from "commander";
import { applyFoundation } from "../../operations/foundation.ts";
import { EXIT } from "../../results/exit.ts";
import { foundationJson } from "../../results/json.ts";
import { foundationText } from "../print/preview.ts";
import { shown } from "../print/printable.ts";
import { examples, type Runner } from "../runner.ts";

interface Options {
  readonly yes?: boolean;
  readonly takeOver?: boolean;
  readonly diff?: boolean;
}

export const foundationCommand = (run: Runner): Command =>
  new Command("foundation")
    .description("makes or changes what the stages stand on: previews, asks, applies exactly that")
    .option("-y, --yes", "apply without asking")
    .option("--take-over", "change objects of these names that somebody else made")
    .option("--diff", "Pulumi's own output too, on stderr")
    .addHelpText("after", examples("canary foundation", "canary foundation --yes"))
    .action(
      run<Options>(async (session, _args, { yes = false, takeOver = false, diff }) => {
        const { project, terminal, identity, signal } = session;
        if (!yes) terminal.requireAnswers("Add --yes to apply what is previewed without being asked.");
        const [operator, config] = await Promise.all([session.operator(), project.foundation()]);
        const outcome = await applyFoundation(operator, {
          identity,
          observer: await terminal.observer(),
          signal,
          takeOver,
          ...(diff && { onOutput: (text: string) => terminal.note(text.trimEnd()) }),
          confirm: async (preview) => {
            const { changes, takenOver } = preview;
            terminal.note(foundationText(shown({ changes, takenOver }), config));
            return yes || terminal.ask(`Apply ${config.founding}?`, signal);
          },
        });
        terminal.result(
          outcome,
          ({ stack, applied }) => (applied ? `${stack} is applied.` : `${stack}: nothing was changed.`),
          foundationJson,
        );
        return outcome.applied ? EXIT.done : EXIT.failed;
      }),
    );
