import { type Application, applicationOf } from "../application/application.ts";
import { neverApplied } from "../program/outputs.ts";
import type { Operator } from "./operator.ts";

/**
 * The application in its cluster.
 * @throws UserError before the foundation was applied
 */
export async function requireApplication(
  operator: Pick<Operator, "project" | "cluster">,
): Promise<Application> {
  const application = await applicationOf(operator);
  if (application) return application;
  throw neverApplied(operator.project.config.founding, "");
}
