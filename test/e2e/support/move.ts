import { applyStage, previewStage } from "../../../src/operations/move.ts";
import type { TestProject } from "./environment.ts";

/** Moves a project to a stage by what a promotion is made of, without its lock, its checks and its history. */
export async function moveTo(project: Pick<TestProject, "operator">, stage: string): Promise<void> {
  const operator = await project.operator();
  await applyStage(operator, await previewStage(operator, stage));
}
