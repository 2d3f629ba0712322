import { Refusal } from "../errors.ts";

/** The two versions that a release runs side by side. */
export interface Release {
  readonly previous: string;
  readonly canary: string;
}

/** What is live, as far as the lifecycle asks: the release record holds it. */
export interface LiveRelease {
  readonly stage: string;
  readonly release: Release;
  /** Stages that this release has been at, in the order of the first visit. */
  readonly reached: readonly string[];
  /** The version that a new release has to continue: the canary once it has all the traffic, else the previous. */
  readonly liveVersion: string;
}

/** What applying a stage does to the stage that is live. */
export type Move = "first" | "reapply" | "promotion" | "rollback" | "abort" | "new release" | "override";

export interface Target {
  readonly stage: string;
  readonly release: Release;
  /** Stage names in the order in which a release goes through them. */
  readonly lifecycle: readonly string[];
  /** The stage outside of the lifecycle that takes the canary out: always allowed. */
  readonly abort: string;
  /** Why the order does not count this time; it then stands in the release record. */
  readonly override?: string | undefined;
}

export const sameRelease = (a: Release, b: Release): boolean =>
  a.previous === b.previous && a.canary === b.canary;

/** A release as it is printed. */
export const releaseText = (release: Release): string => `${release.previous} → ${release.canary}`;

/**
 * Which move a stage is, against what is live.
 * @param live the cluster's release record; undefined when nothing was released there yet
 * @throws Refusal when the lifecycle does not allow it: a stage that is not in it, a stage skipped, or a release
 * that does not continue the live version
 */
export function moveTo(target: Target, live: LiveRelease | undefined): Move {
  requireKnownStage(target.stage, target);
  if (target.stage === target.abort) return live ? "abort" : "first";
  if (!live) return target.override ? "override" : firstMove(target);
  const move = sameRelease(target.release, live.release)
    ? moveWithinRelease(target, live)
    : newRelease(target, live);
  if (move instanceof Refusal) {
    if (target.override) return "override";
    throw move;
  }
  return move;
}

/** Every stage: those that a release goes through, and the one that takes its canary out. */
export const allStages = ({ lifecycle, abort }: Pick<Target, "lifecycle" | "abort">): string[] => [
  ...lifecycle,
  abort,
];

/** @throws Refusal for a stage that is neither in the lifecycle nor the one that takes the canary out */
export function requireKnownStage(
  stage: string,
  { lifecycle, abort }: Pick<Target, "lifecycle" | "abort">,
): void {
  if (allStages({ lifecycle, abort }).includes(stage)) return;
  throw new Refusal(
    `stage ${stage} is not in lifecycle: ${lifecycle.join(", ")}, nor the abort stage ${abort}`,
    `Choose one of these stacks, or add ${stage} to lifecycle in Pulumi.yaml.`,
  );
}

/** The stage after this one; undefined for the last. */
export function stageAfter(stage: string, lifecycle: readonly string[]): string | undefined {
  return lifecycle[lifecycle.indexOf(stage) + 1];
}

/**
 * The release that an abort takes the canary out of: its previous version gets all of the traffic. That is the one of
 * Pulumi.yaml where it is live, or continues what is live, as a new release that has just begun does. Where Pulumi.yaml
 * already names yet another one, it is the release that is live.
 */
export function releaseToAbort(release: Release, live: LiveRelease | undefined): Release {
  if (!live || sameRelease(release, live.release) || release.previous === live.liveVersion) return release;
  const isUnderWay = live.liveVersion === live.release.previous;
  return isUnderWay ? live.release : { previous: live.liveVersion, canary: release.canary };
}

function firstMove(target: Target): Move {
  const first = target.lifecycle[0] ?? target.stage;
  if (target.stage === first) return "first";
  throw new Refusal(
    `stage ${target.stage} is refused: nothing was released to this cluster yet, and a release starts at ${first}`,
    `Apply ${first} first.`,
  );
}

function moveWithinRelease(target: Target, live: LiveRelease): Move | Refusal {
  const at = target.lifecycle.indexOf(target.stage);
  const liveAt = target.lifecycle.indexOf(live.stage);
  if (target.stage === live.stage) return "reapply";
  if (at < liveAt) return "rollback";
  const before = target.lifecycle[at - 1];
  if (before === undefined || before === live.stage || live.reached.includes(before)) return "promotion";
  return new Refusal(
    `stage ${target.stage} is refused: release ${releaseText(target.release)} has not been at ${before} yet (it is at ${live.stage})`,
    `Apply ${before} first.`,
  );
}

function newRelease(target: Target, live: LiveRelease): Move | Refusal {
  const serving = live.liveVersion;
  if (target.release.previous !== serving) {
    return new Refusal(
      `release ${releaseText(target.release)} does not continue what is live: release.previous is ${target.release.previous}, the live version is ${serving} (${releaseText(live.release)} at ${live.stage})`,
      live.liveVersion === live.release.canary
        ? `Set release.previous to ${serving} in Pulumi.yaml.`
        : `Finish release ${releaseText(live.release)} first, or set release.previous to ${serving} to replace its canary.`,
    );
  }
  const first = target.lifecycle[0];
  if (target.stage === first) return "new release";
  return new Refusal(
    `stage ${target.stage} is refused: release ${releaseText(target.release)} is new and starts at ${first}`,
    `Apply ${first} first.`,
  );
}
