import type { ActionKind, PageProject, StatusJson } from "../../contract.ts";

type Live = NonNullable<StatusJson["live"]>;

/** Something that may be done now. */
export interface Possibility {
  readonly kind: ActionKind;
  /** The stage that it goes to, or that is judged. */
  readonly stage: string;
  readonly title: string;
  /** What would do the same in a shell. */
  readonly commandLine: string;
  /** What has to be typed; undefined for what changes nothing. */
  readonly confirmation: string | undefined;
}

/** What may be done, the way on first and the way out last. Whether it is allowed is asked of the program, by a preview. */
export function possibilities(status: StatusJson, { lifecycle, abort, command }: PageProject): readonly Possibility[] {
  const { live } = status;
  if (!live) return status.founded && lifecycle[0] ? [moveTo("promote", lifecycle[0], `Begin with ${lifecycle[0]}`, command)] : [];
  const target = live.unfinishedMoveTo ?? live.next;
  const back = stageBack(live, lifecycle);
  const isAborted = live.stage === abort;
  const isLast = live.stage === lifecycle.at(-1);
  return [
    ...(target ? [moveTo("promote", target, `${live.unfinishedMoveTo ? "Go on to" : "Promote to"} ${target}`, command)] : []),
    ...(live.deviations.length > 0 && !live.unfinishedMoveTo
      ? [moveTo("promote", live.stage, `Apply ${live.stage} anew`, command)]
      : []),
    ...(isAborted || isLast ? [] : [{ kind: "judge", stage: live.stage, title: "Judge the canary", commandLine: `${command} judge`, confirmation: undefined } as const]),
    ...(back && !isAborted ? [moveTo("rollback", back, `Roll back to ${back}`, command)] : []),
    ...(isAborted
      ? []
      : [{ kind: "abort", stage: abort, title: "Take the canary out", commandLine: `${command} abort --yes`, confirmation: "abort" } as const]),
  ];
}

const moveTo = (kind: "promote" | "rollback", stage: string, title: string, command: string): Possibility => ({
  kind,
  stage,
  title,
  commandLine: `${command} ${kind} ${stage} --yes`,
  confirmation: stage,
});

/** The stage before the live one in the lifecycle; undefined at the first. */
function stageBack({ stage }: Live, lifecycle: readonly string[]): string | undefined {
  return lifecycle[lifecycle.indexOf(stage) - 1];
}

/** A reason as the command takes it, in quotes that a shell leaves alone. */
export const withReason = (commandLine: string, reason: string): string =>
  reason === "" ? commandLine : `${commandLine} --reason '${reason.replaceAll("'", `'\\''`)}'`;
