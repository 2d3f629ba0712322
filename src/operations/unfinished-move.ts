import { UserError } from "../errors.ts";
import type { Move } from "../model/lifecycle.ts";
import { deviationText, readConformance } from "./conformance.ts";
import type { PlannedMove } from "./move.ts";
import type { Operator } from "./operator.ts";

/** The command that makes a move once more. */
const COMMANDS: Partial<Record<Move, string>> = { rollback: "rollback", abort: "abort" };

/** The failure of a move, with the state that it leaves and what to do about that. */
export async function explainUnfinishedMove(
  operator: Operator,
  { stage, move }: Pick<PlannedMove, "stage" | "move">,
  error: UserError,
  signal: AbortSignal,
): Promise<UserError> {
  const reason = signal.aborted && signal.reason instanceof UserError ? signal.reason.message : undefined;
  const state = await describeState(operator).catch((failure: Error) => [
    `what is live could not be read: ${failure.message}`,
  ]);
  const goOn = `Go on with: canary ${COMMANDS[move] ?? "promote"}${move === "abort" ? "" : ` ${stage}`}.`;
  return new UserError(
    [...(reason ? [reason] : []), error.message, ...state].join("\n"),
    move === "first" || move === "abort"
      ? `${goOn} It repairs what is half done.`
      : `${goOn} Go back with: canary rollback. Either repairs what is half done.`,
  );
}

async function describeState({ project, cluster }: Operator): Promise<string[]> {
  const api = await cluster();
  const conformance = api && (await readConformance(project, api));
  if (!conformance) return ["Nothing is released yet."];
  const { record, deviations } = conformance;
  return [
    `By the release record, ${record.stage} is live${deviations.length === 0 ? ", and the cluster is as that stage asks for." : ", but not all of it:"}`,
    ...deviations.map(deviationText),
  ];
}
