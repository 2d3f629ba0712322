import type { LoadedFile } from "../../config/app/file-contents.ts";
import type { SecretValues } from "../../config/app/secret-values.ts";
import type { AppConfig } from "../../config/app.ts";
import type { TrackPlan } from "../../model/plan.ts";

/** What a track's pods are made from. */
export interface PodArgs {
  readonly app: AppConfig;
  readonly plan: TrackPlan;
  /** The application's files, as they were read. */
  readonly files: readonly LoadedFile[];
  /** Undefined where the application has no secrets of the project. */
  readonly secrets: SecretValues | undefined;
}
