import { Command } from "commander";
import { abort } from "../../operations/abort.ts";
import { examples, type Runner } from "../runner.ts";
import { goBack, type WayBackOptions, withWayBackOptions } from "../way-back.ts";

interface Options extends WayBackOptions {
  readonly reason?: string;
}

export const abortCommand = (run: Runner): Command =>
  withWayBackOptions(
    new Command("abort")
      .description("takes the canary out in one step: all traffic to the version that was live before")
      .option("--reason <text>", "why, for the record and the history"),
  )
    .addHelpText("after", examples("canary abort", 'canary abort --yes --reason "errors doubled"'))
    .action(
      run<Options>((session, _args, options) =>
        goBack(
          session,
          options,
          (operator, settings) => abort(operator, { ...settings, reason: options.reason ?? "" }),
          ({ config }) => `Take the canary out, and give ${config.release.previous} all of the traffic?`,
        ),
      ),
    );
