import { Command } from "commander";
import { readRecord } from "../../application/live.ts";
import type { KubernetesApi } from "../../cluster/api.ts";
import { Refusal } from "../../errors.ts";
import { appNames } from "../../model/names.ts";
import { evaluateStage } from "../../project/evaluate.ts";
import { type LiveStage, verifyStage } from "../../verification/verification.ts";
import { EXIT } from "../exit.ts";
import { verifyJson } from "../json.ts";
import { type MeasuringOptions, measuringOptions, verificationOptions } from "../options.ts";
import { verificationText } from "../print/outcome.ts";
import { examples, type Runner } from "../runner.ts";
import type { Session } from "../session.ts";

export const verifyCommand = (run: Runner): Command => {
  const command = new Command("verify").description(
    `measures the share of the live stage by requests; ends with ${EXIT.doesNotFit} when it does not fit`,
  );
  for (const option of measuringOptions()) command.addOption(option);
  return command
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
        const result = verifyJson(verification);
        terminal.result(result, () => `${stage.stage}\n${verificationText(result)}`);
        return verification.fits ? EXIT.done : EXIT.doesNotFit;
      }),
    );
};

/** @throws Refusal when nothing is live */
export async function liveStage({
  project,
  cluster,
}: Session): Promise<{ api: KubernetesApi; stage: LiveStage }> {
  const { app, namespace } = project.config;
  const api = await cluster();
  const record = api && (await readRecord(api, namespace, appNames(app.name, namespace).record));
  if (!api || !record)
    throw new Refusal("nothing was released to this cluster yet", "Begin with: canary promote");
  const evaluated = await evaluateStage(project, record.stage, record.release);
  return { api, stage: { ...evaluated, release: record.release, intended: record.intended } };
}
