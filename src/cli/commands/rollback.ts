import { Command } from "commander";
import { rollback } from "../../operations/rollback.ts";
import { EXIT, WrongUse } from "../exit.ts";
import { moveJson } from "../json.ts";
import { type MeasuringOptions, measuringOptions, verificationOptions } from "../options.ts";
import { outcomeText } from "../print/outcome.ts";
import { plannedText } from "../print/preview.ts";
import { examples, type Runner } from "../runner.ts";

interface Options extends MeasuringOptions {
  readonly yes?: boolean;
  readonly verify: boolean;
}

export const rollbackCommand = (run: Runner): Command => {
  const command = new Command("rollback")
    .description("goes back to a stage; without one, to the stage that was live before")
    .argument("[stage]", "an earlier stage of the lifecycle")
    .option("-y, --yes", "without asking")
    .option("--no-verify", "measure nothing afterwards");
  for (const option of measuringOptions()) command.addOption(option);
  return command
    .addHelpText("after", examples("canary rollback", "canary rollback canary-25 --yes --no-verify"))
    .action(
      run<Options>(async (session, [stage], options) => {
        const { terminal, identity, signal } = session;
        if (!options.yes && !terminal.canAsk) {
          throw new WrongUse("there is no terminal to ask on", "Add --yes to go back without being asked.");
        }
        const operator = await session.operator();
        const outcome = await rollback(operator, stage, {
          identity,
          observer: await terminal.observer(),
          signal,
          verification: options.verify ? verificationOptions(options) : undefined,
          confirm: async (planned) => {
            terminal.note(plannedText(planned));
            return options.yes === true || terminal.ask(`Go back to ${planned.stage}?`, signal);
          },
        });
        const result = moveJson(outcome);
        terminal.result(result, () => outcomeText(result));
        if (!outcome.applied) return EXIT.failed;
        return outcome.verification?.fits === false ? EXIT.doesNotFit : EXIT.done;
      }),
    );
};
