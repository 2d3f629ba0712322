import { applyLocalFoundation } from "../../../local/environment/foundation.ts";
import { applyStage, previewStage } from "../../../src/operations/move.ts";
import type { TestProject } from "./environment.ts";

/** Folders of the projects whose foundation was applied. */
const founded = new Set<string>();

/** Applies a project's foundation, once: its files have to have their values by then. */
export async function found(project: Pick<TestProject, "operator">): Promise<void> {
  const operator = await project.operator();
  if (founded.has(operator.project.directory)) return;
  await applyLocalFoundation(operator);
  founded.add(operator.project.directory);
}

/** Moves a project to a stage by what a promotion is made of, without its lock, its checks and its history. */
export async function moveTo(project: Pick<TestProject, "operator">, stage: string): Promise<void> {
  await found(project);
  const operator = await project.operator();
  await applyStage(operator, await previewStage(operator, stage));
}
