import { takeOwnDown } from "../demo/own-cluster/take-down.ts";
import { OWN_STATE_DIR } from "../demo/own-cluster/walk.ts";
import { UserError } from "../src/errors.ts";
import { STATE_DIR, stopEnvironment } from "./environment.ts";
import { createProgress } from "./process/progress.ts";

const progress = createProgress();
try {
  await stopEnvironment(STATE_DIR, progress);
  await takeOwnDown(OWN_STATE_DIR, progress);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.toString());
  process.exitCode = 1;
}
