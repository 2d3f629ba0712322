import { type FoundationConfig, parseFoundation } from "../config/foundation.ts";
import { type ProjectConfig, parseProject } from "../config/project.ts";
import { type Config, parseConfig } from "../config/stage.ts";
import { routers } from "./index.ts";
import type { Routers } from "./router.ts";

type Values = Readonly<Record<string, unknown>>;

/**
 * The configuration of a stage, from every value of the project's namespace.
 * @throws UserError with a line for each property that is wrong
 */
export const stageConfig = (raw: Values, among: Routers = routers): Config => parseConfig(raw, among);

/**
 * The configuration of the foundation, from every value of the project's namespace.
 * @throws UserError with a line for each property that is wrong
 */
export const foundationConfig = (raw: Values, among: Routers = routers): FoundationConfig =>
  parseFoundation(raw, among);

/**
 * The project's values alone, as they stand in Pulumi.yaml.
 * @throws UserError with a line for each property that is wrong
 */
export const projectConfig = (raw: Values, among: Routers = routers): ProjectConfig =>
  parseProject(raw, among);
