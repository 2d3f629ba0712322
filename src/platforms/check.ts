/** What a platform said of something; or why nothing can be said of it. */
export type Reading<T> = { readonly value: T } | Unreadable;

export interface Unreadable {
  /** In the platform's own words where it had any, which may hold anything: `403 Forbidden`. */
  readonly unreadable: string;
}

export const isRead = <T>(reading: Reading<T>): reading is { readonly value: T } => "value" in reading;

/** The same of a part of what was read. */
export const mapped = <T, U>(reading: Reading<T>, part: (value: T) => U): Reading<U> =>
  isRead(reading) ? { value: part(reading.value) } : reading;

/** Something that docs/pipelines.md asks for. */
export interface Demand {
  readonly id: CheckId;
  /** What it is asked of: an environment, a branch, a group, or the repository. */
  readonly about: string;
  readonly wanted: string;
  /** Where to set it. */
  readonly todo: string;
}

export const CHECK_IDS = [
  "environment",
  "environment-branch",
  "environment-reviewers",
  "environment-self-review",
  "environment-bypass",
  "variables",
  "group-variables",
  "pipeline-variables",
  "branch-push",
  "branch-reviews",
  "branch-code-owners",
  "branch-force-push",
  "forks",
  "workflow-token",
  "workflow-approvals",
] as const;

export type CheckId = (typeof CHECK_IDS)[number];

/** A demand, and how it is. */
export interface Check {
  readonly id: CheckId;
  readonly about: string;
  readonly outcome: "holds" | "broken" | "unreadable";
  /** How it is, or why it cannot be read. */
  readonly found: string;
  readonly wanted: string;
  /** Null unless it is broken. */
  readonly todo: string | null;
}

export interface Judged {
  readonly holds: boolean;
  readonly found: string;
}

export type Judgement = Judged | Unreadable;

/** Judges what was read. What was not read is neither well nor wrong. */
export function check<T>(demand: Demand, reading: Reading<T>, judge: (value: T) => Judgement): Check {
  const { id, about, wanted, todo } = demand;
  const judgement = isRead(reading) ? judge(reading.value) : reading;
  if ("unreadable" in judgement) {
    return { id, about, outcome: "unreadable", found: judgement.unreadable, wanted, todo: null };
  }
  const { holds, found } = judgement;
  return { id, about, outcome: holds ? "holds" : "broken", found, wanted, todo: holds ? null : todo };
}

/**
 * Of several places of which each can see to a demand: it holds where one does. Where none does, what could not be read
 * leaves it open.
 */
export function anyOf(places: readonly Reading<Judged>[]): Judgement {
  const read = places.filter(isRead).map(({ value }) => value);
  const holding = read.find(({ holds }) => holds);
  if (holding) return holding;
  const closed = places.find((place): place is Unreadable => !isRead(place));
  return closed ?? { holds: false, found: read.map(({ found }) => found).join("; ") };
}

/** A demand that holds or does not, in words; open where the platform does not say it. */
export function either(holds: boolean | undefined, yes: string, no: string): Judgement {
  return holds === undefined
    ? { unreadable: "the answer does not say it" }
    : { holds, found: holds ? yes : no };
}
