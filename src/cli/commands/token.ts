import { Command, InvalidArgumentError } from "commander";
import { LEAST_TOKEN_SECONDS } from "../../cluster/token.ts";
import { administratorOf } from "../../engine/administrator.ts";
import { deployerToken, TOKEN_SECONDS } from "../../engine/deployer-token.ts";
import { neverApplied } from "../../program/outputs.ts";
import { EXIT } from "../exit.ts";
import { duration } from "../options.ts";
import { examples, type Runner } from "../runner.ts";

interface Options {
  readonly for: number;
}

export const tokenCommand = (run: Runner): Command =>
  new Command("token")
    .description(
      "issues a token of the deployer that ends, for CANARY_TOKEN; needs an administrator of the cluster",
    )
    .option("--for <duration>", "how long it holds: 30m, 8h", holding, TOKEN_SECONDS)
    .addHelpText("after", examples('export CANARY_TOKEN="$(canary token)"', "canary token --for 8h --json"))
    .action(
      run<Options>(async ({ project, pulumi, terminal, options, cluster }, _args, { for: seconds }) => {
        const { founding } = project.config;
        const outputs = await pulumi.foundationOutputs(founding);
        const isNamed = options.context !== undefined;
        const administrator =
          outputs && (isNamed ? await cluster() : await administratorOf(project, outputs));
        if (!administrator) throw neverApplied(founding, "");
        const issued = await deployerToken(administrator, project.config, seconds);
        terminal.note(`It ends at ${issued.ends}.`);
        terminal.result(issued, ({ token }) => token);
        return EXIT.done;
      }),
    );

function holding(text: string): number {
  const seconds = Math.round(duration(text));
  if (seconds >= LEAST_TOKEN_SECONDS) return seconds;
  throw new InvalidArgumentError("Give 10m or more: the API server issues none that holds for less.");
}
