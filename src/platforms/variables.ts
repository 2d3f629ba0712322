import { anyOf, type Judgement, mapped, type Reading } from "./check.ts";

/** Whose rights a job has. */
export const ACCOUNT = "GOOGLE_SERVICE_ACCOUNT";

/**
 * Variables that no job of pipelines/ does without, by their names: values are not looked at. SECRETS_PROVIDER is none of
 * them: Pulumi Cloud needs none, and a stack that is there keeps its own.
 */
export const VARIABLES: readonly string[] = ["PULUMI_BACKEND_URL", "GOOGLE_IDENTITY_PROVIDER", ACCOUNT];

/**
 * Whether a job gets each of them.
 * @param places where one can be set: the environment, the repository, a group; each says whether a job gets a name from it
 */
export function judgeVariables(places: readonly Reading<(name: string) => boolean>[]): Judgement {
  const all = VARIABLES.map((name) => ({
    name,
    judgement: anyOf(places.map((place) => mapped(place, (has) => ({ holds: has(name), found: "" })))),
  }));
  const missing = all.filter(({ judgement }) => "holds" in judgement && !judgement.holds);
  if (missing.length > 0) return { holds: false, found: missing.map(({ name }) => `no ${name}`).join(", ") };
  const open = all.map(({ judgement }) => judgement).find((judgement) => "unreadable" in judgement);
  return open ?? { holds: true, found: "all there" };
}
