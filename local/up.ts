import { Command, Option } from "commander";
import { UserError } from "../src/errors.ts";
import { keep } from "./environment/claim.ts";
import { startEnvironment } from "./environment/environment.ts";
import { LOCAL_ROUTERS, type LocalRouterName } from "./environment/routers.ts";
import { STATE_DIR } from "./paths.ts";
import { createProgress } from "./process/progress.ts";

const command = new Command("npm run local:up --")
  .description("Brings up a real Kubernetes and what splits the traffic on it, and leaves both up.")
  .addOption(
    new Option("--router <name>", "what splits the traffic")
      .choices(Object.keys(LOCAL_ROUTERS))
      .default("voyager"),
  );

try {
  const { router } = command.parse().opts<{ router: LocalRouterName }>();
  const { edge } = await startEnvironment(STATE_DIR, createProgress(), undefined, router);
  keep(STATE_DIR);
  console.log(
    `\nUp${edge ? `: ${edge.url}` : ""}\nsource .local/environment.sh && cd .local/stacks && npx canary foundation`,
  );
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.toString());
  process.exitCode = 2;
}
