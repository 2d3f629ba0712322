import { stopEnvironment } from "../local/environment/environment.ts";
import { OWN_STATE_DIR, STATE_DIR } from "../local/paths.ts";
import { createProgress } from "../local/process/progress.ts";
import { UserError } from "../src/errors.ts";
import { takeOwnDown } from "./own-cluster/take-down.ts";

const progress = createProgress();
try {
  await stopEnvironment(STATE_DIR, progress);
  await takeOwnDown(OWN_STATE_DIR, progress);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.toString());
  process.exitCode = 1;
}
