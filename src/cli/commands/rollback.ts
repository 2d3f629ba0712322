import { Command } from "commander";
import { rollback } from "../../operations/rollback.ts";
import { examples, type Runner } from "../runner.ts";
import { goBack, type WayBackOptions, withWayBackOptions } from "../way-back.ts";

export const rollbackCommand = (run: Runner): Command =>
  withWayBackOptions(
    new Command("rollback")
      .description("goes back to a stage; without one, to the stage that was live before, or out (abort)")
      .argument("[stage]", "an earlier stage of the lifecycle"),
  )
    .addHelpText("after", examples("canary rollback", "canary rollback canary-25 --yes --no-verify"))
    .action(
      run<WayBackOptions>((session, [stage], options) =>
        goBack(
          session,
          options,
          (operator, settings) => rollback(operator, stage, settings),
          (planned) =>
            planned.move === "abort"
              ? `This release was at no stage before: take the canary out (${planned.stage})?`
              : `Go back to ${planned.stage}?`,
        ),
      ),
    );
