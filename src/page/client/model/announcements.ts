import type { PageState, StatusJson } from "../../contract.ts";

type Live = NonNullable<StatusJson["live"]>;

/**
 * What somebody who does not see the page is told when it changed, in sentences; none when nothing of note did. Numbers that
 * change with every look are left out: a screen reader would never be silent.
 */
export function announcements(before: PageState | undefined, after: PageState): readonly string[] {
  if (!before) return [];
  return [
    ...clusterSentences(before, after),
    ...liveSentences(before.status?.live ?? null, after.status?.live ?? null),
    ...lockSentences(before.status?.lock ?? null, after.status?.lock ?? null),
    ...actionSentences(before.action, after.action),
  ];
}

function clusterSentences(before: PageState, after: PageState): readonly string[] {
  if (before.cluster.answers === after.cluster.answers) return [];
  return [after.cluster.answers ? "The cluster answers again." : "The cluster does not answer."];
}

function liveSentences(before: Live | null, after: Live | null): readonly string[] {
  if (!after) return before ? ["Nothing is released any more."] : [];
  const moved = before?.stage !== after.stage || before.release.canary !== after.release.canary;
  const judged = after.verdict && (moved || before?.verdict?.decision !== after.verdict.decision);
  const drifted = after.deviations.length > 0 && (before?.deviations.length ?? 0) === 0;
  return [
    ...(moved
      ? [
          `${after.stage} is live: ${after.release.canary} is meant to have ${after.shares.canary.intended} percent.`,
        ]
      : []),
    ...(judged && after.verdict ? [`The gate says: ${VERDICTS[after.verdict.decision]}.`] : []),
    ...(drifted ? [`The cluster is not what ${after.stage} asks for.`] : []),
  ];
}

const VERDICTS = {
  harm: "the canary does harm",
  fine: "the canary is fine",
  "go on": "nothing can be said of the canary; it is held",
} as const;

function lockSentences(before: StatusJson["lock"], after: StatusJson["lock"]): readonly string[] {
  if (before?.name === after?.name) return [];
  return [after ? `The lock is held by ${after.name}, for ${after.purpose}.` : "The lock is free."];
}

function actionSentences(before: PageState["action"], after: PageState["action"]): readonly string[] {
  if (!after) return [];
  const what = `${after.kind}${after.stage ? ` ${after.stage}` : ""}`;
  if (before?.id !== after.id && !after.result) return [`${what} has begun.`];
  if (after.result && !(before?.id === after.id && before.result))
    return [`${what} has ended: ${after.result.message}`];
  return [];
}
