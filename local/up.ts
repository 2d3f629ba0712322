import { UserError } from "../src/errors.ts";
import { keep } from "./environment/claim.ts";
import { startEnvironment } from "./environment/environment.ts";
import { STATE_DIR } from "./paths.ts";
import { createProgress } from "./process/progress.ts";

try {
  const { edge } = await startEnvironment(STATE_DIR, createProgress());
  keep(STATE_DIR);
  console.log(
    `\nUp: ${edge?.url}\nsource .local/environment.sh && cd .local/stacks && npx canary foundation`,
  );
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.toString());
  process.exitCode = 2;
}
