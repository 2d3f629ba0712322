import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import {
  type JudgedPromotion,
  type JudgedPromotionOptions,
  promoteAndJudge,
} from "../../operations/judged-promotion.ts";
import { isLive, liveStage, nextStage } from "../../operations/live-stage.ts";
import type { Observer } from "../../operations/observer.ts";
import { EXIT, exitCodeOfPromotion } from "../../results/exit.ts";
import { promoteJson, verifyJson } from "../../results/json.ts";
import type { PromotionJson } from "../../results/schemas.ts";
import { verifyStage } from "../../verification/verification.ts";
import { WrongUse } from "../exit.ts";
import {
  duration,
  type MeasuringOptions,
  type ProbingOption,
  probeOptions,
  verificationOptions,
  withMeasuringOptions,
  withProbingOption,
} from "../options.ts";
import { evidenceText } from "../print/evidence.ts";
import { outcomeText, verificationText } from "../print/outcome.ts";
import { previewText } from "../print/preview.ts";
import { shown } from "../print/printable.ts";
import { examples, type Runner } from "../runner.ts";
import type { Session } from "../session.ts";

interface Options extends MeasuringOptions, ProbingOption {
  readonly yes?: boolean;
  readonly verify: boolean;
  readonly rollbackOnFailure?: boolean;
  readonly takeOver?: boolean;
  readonly gate: boolean;
  readonly to?: string;
  readonly soak?: number;
}

export const promoteCommand = (run: Runner): Command => {
  const command = new Command("promote")
    .description("moves to a stage: previews, asks, applies exactly that, measures, writes it down")
    .argument("[stage]", "a stage of the lifecycle (default: the next one)")
    .option("-y, --yes", "apply without asking")
    .option("--to <stage>", "through every stage up to this one")
    .option(
      "--soak <time>",
      "with --to: leaves each stage for so long, for example 10m, before the next (default: none)",
      duration,
    )
    .option("--rollback-on-failure", "go back when the stage cannot be applied or does not fit")
    .option("--take-over", "change objects of these names that somebody else made")
    .option("--no-gate", "do not judge the canary, though gate is set in Pulumi.yaml")
    .option("--no-verify", "measure nothing afterwards");
  return withMeasuringOptions(withProbingOption(command))
    .addHelpText(
      "after",
      examples(
        "canary promote",
        "canary promote canary-75 --yes --rollback-on-failure",
        "canary promote --to canary-100 --soak 10m --yes --rollback-on-failure",
      ),
    )
    .action(run<Options>(promoteAction));
};

async function promoteAction(
  session: Session,
  [named]: readonly (string | undefined)[],
  options: Options,
): Promise<number> {
  const { terminal } = session;
  if (!options.yes) terminal.requireAnswers("Add --yes to apply what is previewed without being asked.");
  if (named !== undefined && options.to !== undefined) {
    throw new WrongUse(`both a stage (${named}) and --to ${options.to} are given`, "Give one of them.");
  }
  if (options.soak !== undefined && options.to === undefined) {
    throw new WrongUse(
      "--soak leaves time between stages, and there is one stage only",
      "Add --to STAGE, or leave --soak out.",
    );
  }
  // At once: loading the engine's side takes a while.
  const [stages, observer] = await Promise.all([
    stagesToGo(session, named, options.to),
    terminal.observer(),
    session.operator(),
  ]);
  const outcomes: JudgedPromotion[] = [];
  try {
    return await promoteInTurn(session, stages, observer, options, outcomes);
  } finally {
    // Also where a later stage throws: what was done before is done, and is told.
    if (outcomes.length > 0) {
      terminal.result(promoteJson(outcomes), (shown) => shown.map(outcomeLines).join("\n\n"));
    }
  }
}

/**
 * Promotes stage by stage, until one is declined or does not fit.
 * @param outcomes what each came to, in turn: filled as the stages go by
 * @returns the exit code
 */
async function promoteInTurn(
  session: Session,
  stages: readonly string[],
  observer: Observer,
  options: Options,
  outcomes: JudgedPromotion[],
): Promise<number> {
  let exit: number = EXIT.done;
  for (const stage of stages) {
    if (outcomes.length > 0) exit = await soak(session, options);
    if (exit !== EXIT.done) break;
    const at = outcomes.length;
    const outcome = await promoteOne(session, stage, observer, options, (moved) => {
      outcomes[at] = moved;
    });
    outcomes[at] = outcome;
    exit = exitCodeOfPromotion(outcome, session.project.config.gate);
    if (exit !== EXIT.done) break;
  }
  return exit;
}

async function promoteOne(
  session: Session,
  stage: string,
  observer: Observer,
  options: Options,
  onMoved: (moved: JudgedPromotion) => void,
): Promise<JudgedPromotion> {
  const { terminal, identity, signal } = session;
  const operator = await session.operator();
  const settings: JudgedPromotionOptions = {
    identity,
    observer,
    signal,
    verification: options.verify ? verificationOptions(options) : undefined,
    rollbackOnFailure: options.rollbackOnFailure === true,
    takeOver: options.takeOver === true,
    onMoved,
    gate: options.gate ? session.project.config.gate : undefined,
    probes: probeOptions(options),
    confirm: async (preview) => {
      terminal.note(previewText(shown(preview)));
      return options.yes === true || terminal.ask(`Move to ${stage}?`, signal);
    },
  };
  return promoteAndJudge(operator, stage, settings);
}

/** Every stage up to one, from the one after what is live; that one alone, applied once more, where it is live already. */
async function stagesToGo(
  session: Session,
  named: string | undefined,
  to: string | undefined,
): Promise<string[]> {
  if (named !== undefined) return [named];
  if (to !== undefined && (await isLive(session, to))) return [to];
  const next = await nextStage(session);
  if (to === undefined) return [next];
  const { lifecycle } = session.project.config;
  const [from, end] = [lifecycle.indexOf(next), lifecycle.indexOf(to)];
  if (end < from) {
    throw new WrongUse(
      `--to ${to} is no stage ahead: the next one is ${next}`,
      `Name one of ${lifecycle.slice(from).join(", ")}.`,
    );
  }
  return lifecycle.slice(from, end + 1);
}

/** Leaves a stage for a while, and looks at it once more before the next. */
async function soak(session: Session, options: Options): Promise<number> {
  const { terminal, signal } = session;
  if (options.soak === undefined) return EXIT.done;
  const observer = await terminal.observer();
  await observer.phase(`soak for ${options.soak} s`, () =>
    delay((options.soak ?? 0) * 1000, undefined, { signal }).catch(() => signal.throwIfAborted()),
  );
  if (!options.verify) return EXIT.done;
  const { api, stage } = await liveStage(session);
  const verification = await observer.phase(`measure ${stage.stage}`, () =>
    verifyStage(api, stage, { ...verificationOptions(options), signal }),
  );
  if (verification.fits) return EXIT.done;
  terminal.note(verificationText(shown(verifyJson(verification))));
  return EXIT.doesNotFit;
}

function outcomeLines({ rolledBack, judged, evidence, takenOut, ...outcome }: PromotionJson): string {
  const lines = [outcomeText(outcome)];
  if (evidence) lines.push(`${judged}  ${evidenceText(evidence)}`);
  if (evidence && !outcome.applied && !takenOut) {
    const promotion = `canary promote ${outcome.stage}`;
    lines.push(
      `${judged} is left only once its canary is known to be fine. Judge it once more with: ${promotion}. Go on all the same with: ${promotion} --no-gate`,
    );
  }
  if (takenOut) lines.push("", `taken out: ${outcomeText(takenOut)}`);
  if (rolledBack) lines.push("", `rolled back: ${outcomeText(rolledBack)}`);
  return lines.join("\n");
}
