import { Command } from "commander";
import { gateSchema } from "../../config/gate.ts";
import { judgeLiveStage } from "../../operations/judge.ts";
import { EXIT, exitCodeOfJudgement } from "../../results/exit.ts";
import { evidenceJson } from "../../results/json.ts";
import { WrongUse } from "../exit.ts";
import {
  duration,
  type ProbingOption,
  probeOptions,
  type TargetOptions,
  withProbingOptions,
} from "../options.ts";
import { evidenceText } from "../print/evidence.ts";
import { examples, type Runner } from "../runner.ts";

interface Options extends ProbingOption, TargetOptions {
  readonly stats?: string;
  readonly most?: number;
}

export const judgeCommand = (run: Runner): Command => {
  const command = new Command("judge")
    .description(
      `whether the canary of the live stage fails more often than the previous version; ends with ${EXIT.held} when nothing can be said, ${EXIT.harm} for harm`,
    )
    .option("--stats <url>", "statistics of the edge (default: gate of Pulumi.yaml)")
    .option("--most <time>", "judge at most so long, for example 5m (default: gate.most)", duration);
  return withProbingOptions(command)
    .addHelpText(
      "after",
      examples(
        "canary judge",
        "canary judge --most 5m --json | jq .sentence",
        "canary judge --probe-rate 10 --version-header x-version",
      ),
    )
    .action(
      run<Options>(async (session, _args, { stats, most, ...options }) => {
        const { project, terminal, identity, signal, cluster } = session;
        const configured = project.config.gate;
        if (!configured && stats === undefined) {
          throw new WrongUse(
            "nobody says where the canary's requests are counted",
            "Set gate.stats or gate.prometheus in Pulumi.yaml, or give --stats URL.",
          );
        }
        const named = configured ?? gateSchema.parse({ stats: [stats] });
        const gate = {
          ...named,
          ...(stats !== undefined && { stats: [stats], prometheus: undefined }),
          ...(most !== undefined && { most, least: Math.min(named.least, most), stages: {} }),
        };
        const { stage, evidence } = await judgeLiveStage(
          { project, cluster },
          {
            gate,
            identity,
            observer: await terminal.observer(),
            signal,
            probes: probeOptions(options),
            // A line for each look; the last one is the result.
            onLook: (seen) => {
              if (terminal.json) terminal.line(evidenceJson(seen));
            },
          },
        );
        if (!terminal.json) terminal.result(evidence, (seen) => `${stage.stage}  ${evidenceText(seen)}`);
        return exitCodeOfJudgement(evidence);
      }),
    );
};
