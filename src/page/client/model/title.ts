import type { PageProject, StatusJson } from "../../contract.ts";
import { percent } from "./numbers.ts";

/** The title of the browser's tab: what one wants to know of a page that is behind others. */
export function titleOf(
  project: PageProject | undefined,
  live: StatusJson["live"],
  isStale: boolean,
): string {
  if (!project) return "canary";
  const { app } = project;
  if (!live) return `${isStale ? "? " : ""}${app}: nothing released`;
  const isBad =
    live.verdict?.decision === "harm" || live.deviations.length > 0 || live.unfinishedMoveTo !== null;
  const share = live.shares.canary.effective ?? live.shares.canary.intended;
  return `${isStale ? "? " : isBad ? "! " : ""}${percent(share)} ${live.stage}, ${app}`;
}
