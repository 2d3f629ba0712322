import { Command } from "commander";
import { liveStage } from "../../operations/live-stage.ts";
import { EXIT } from "../../results/exit.ts";
import { verifyJson } from "../../results/json.ts";
import { verifyStage } from "../../verification/verification.ts";
import { type MeasuringOptions, verificationOptions, withMeasuringOptions } from "../options.ts";
import { verificationText } from "../print/outcome.ts";
import { examples, type Runner } from "../runner.ts";

export const verifyCommand = (run: Runner): Command => {
  const command = new Command("verify").description(
    `measures the share of the live stage by requests; ends with ${EXIT.doesNotFit} when it does not fit`,
  );
  return withMeasuringOptions(command)
    .addHelpText(
      "after",
      examples(
        "canary verify",
        "canary verify --url http://www.example.com --version-header x-version --requests 10000",
        "canary verify --version-pattern 'httpd ([0-9.]+)' --json",
      ),
    )
    .action(
      run<MeasuringOptions>(async (session, _args, options) => {
        const { terminal, signal } = session;
        const { api, stage } = await liveStage(session);
        const observer = await terminal.observer();
        const verification = await observer.phase(`measure ${stage.stage}`, (note) =>
          verifyStage(api, stage, { ...verificationOptions(options), signal }, (done) =>
            note(`${done} requests`),
          ),
        );
        terminal.result(verifyJson(verification), (shown) => `${shown.stage}\n${verificationText(shown)}`);
        return verification.fits ? EXIT.done : EXIT.doesNotFit;
      }),
    );
};
