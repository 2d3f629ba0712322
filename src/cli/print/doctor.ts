import type { Platform } from "../../platforms/platform.ts";
import type { CheckJson, DoctorJson } from "../../results/schemas.ts";

/** How many hold, then what does not and what cannot be said, alike ones together. */
export function doctorText(
  { repository, branch, checks }: DoctorJson,
  { title, tokenNeeds }: Pick<Platform, "title" | "tokenNeeds">,
): string {
  const of = (outcome: CheckJson["outcome"]) => checks.filter((check) => check.outcome === outcome);
  const [holding, broken, unreadable] = [of("holds"), of("broken"), of("unreadable")];
  const counts = [
    `${holding.length} of ${checks.length} settings are as docs/pipelines.md asks`,
    broken.length > 0 && `${broken.length} otherwise`,
    unreadable.length > 0 && `${unreadable.length} unreadable`,
  ].filter((part) => part !== false);
  return [
    `${title} ${repository}, branch ${branch}: ${counts.join(", ")}`,
    ...alike(broken).flatMap(([{ id, found, wanted, todo }, about]) => [
      `  ${id} of ${about}: ${found}; wanted: ${wanted}`,
      `      ${todo}`,
    ]),
    ...alike(unreadable).map(
      ([{ id, found }, about]) => `  ${id} of ${about}: not readable with this token (${found})`,
    ),
    ...(unreadable.length > 0 ? [`To read all of it, take ${tokenNeeds}.`] : []),
  ].join("\n");
}

/** Checks that say the same of several things: one of them, and the things. */
function alike(checks: readonly CheckJson[]): (readonly [CheckJson, string])[] {
  const groups = new Map<string, CheckJson[]>();
  for (const check of checks) {
    const key = JSON.stringify({ ...check, about: "" });
    groups.set(key, [...(groups.get(key) ?? []), check]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [[first, group.map(({ about }) => about).join(", ")] as const] : [];
  });
}
