import { UserError } from "../src/errors.ts";
import { keep } from "./environment/claim.ts";
import { startEnvironment } from "./environment/environment.ts";
import { STATE_DIR } from "./paths.ts";
import { createProgress } from "./process/progress.ts";
import { startPrometheus } from "./prometheus/prometheus.ts";

try {
  const progress = createProgress();
  const { edge } = await startEnvironment(STATE_DIR, progress);
  keep(STATE_DIR);
  if (process.argv.includes("--prometheus")) {
    console.log(`\nPrometheus: ${await startPrometheus(STATE_DIR, progress)}`);
  }
  console.log(
    `\nUp: ${edge?.url}\nsource .local/environment.sh && cd .local/stacks && npx canary foundation`,
  );
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.toString());
  process.exitCode = 2;
}
