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

/**
 * What may be done, the way on first and the way out last; the other way around where the canary does harm. Whether it is
 * allowed is for the program to say, in a preview.
 */
export function possibilities(
  status: StatusJson,
  { lifecycle, abort, command }: PageProject,
): readonly Possibility[] {
  const { live, founded } = status;
  if (!live) {
    const [first] = lifecycle;
    return founded && first ? [moveTo("promote", first, `Begin with ${first}`, command)] : [];
  }
  const ways = [
    ...waysOn(live, command),
    ...(live.stage === abort ? [] : waysOut(live, { lifecycle, abort, command })),
  ];
  return live.verdict?.decision === "harm" ? ways.reverse() : ways;
}

function waysOn(
  { stage, next, unfinishedMoveTo, deviations }: Live,
  command: string,
): readonly Possibility[] {
  if (unfinishedMoveTo) return [moveTo("promote", unfinishedMoveTo, `Go on to ${unfinishedMoveTo}`, command)];
  return [
    ...(deviations.length > 0 ? [moveTo("promote", stage, `Apply ${stage} anew`, command)] : []),
    ...(next ? [moveTo("promote", next, `Promote to ${next}`, command)] : []),
  ];
}

type Ways = Pick<PageProject, "lifecycle" | "abort" | "command">;

/** Of a canary that is there: to judge it, to go back, to take it out. At the last stage there is nothing to compare it with. */
function waysOut({ stage }: Live, { lifecycle, abort, command }: Ways): readonly Possibility[] {
  const back = lifecycle[lifecycle.indexOf(stage) - 1];
  return [
    ...(stage === lifecycle.at(-1) ? [] : [judging(stage, command)]),
    ...(back ? [moveTo("rollback", back, `Roll back to ${back}`, command)] : []),
    {
      kind: "abort",
      stage: abort,
      title: "Take the canary out",
      commandLine: `${command} abort --yes`,
      confirmation: "abort",
    },
  ];
}

const judging = (stage: string, command: string): Possibility => ({
  kind: "judge",
  stage,
  title: "Judge the canary",
  commandLine: `${command} judge`,
  confirmation: undefined,
});

const moveTo = (
  kind: "promote" | "rollback",
  stage: string,
  title: string,
  command: string,
): Possibility => ({
  kind,
  stage,
  title,
  commandLine: `${command} ${kind} ${stage} --yes`,
  confirmation: stage,
});

/** A reason as the command takes it, in quotes that a shell leaves alone. */
export const withReason = (commandLine: string, reason: string): string =>
  reason === "" ? commandLine : `${commandLine} --reason '${reason.replaceAll("'", `'\\''`)}'`;
