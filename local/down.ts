import { UserError } from "../src/errors.ts";
import { STATE_DIR, stopEnvironment } from "./environment.ts";
import { takeOwnDown } from "./own-cluster/take-down.ts";
import { OWN_STATE_DIR } from "./own-cluster/walk.ts";
import { createProgress } from "./progress.ts";

const progress = createProgress();
try {
  await stopEnvironment(STATE_DIR, progress);
  await takeOwnDown(OWN_STATE_DIR, progress);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.toString());
  process.exitCode = 1;
}
