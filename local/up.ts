import { Command, Option } from "commander";
import { UserError } from "../src/errors.ts";
import { keep } from "./environment/claim.ts";
import { startEnvironment } from "./environment/environment.ts";
import { LOCAL_ROUTERS, type LocalRouterName } from "./environment/routers.ts";
import { STATE_DIR } from "./paths.ts";
import { createProgress } from "./process/progress.ts";
import { startPrometheus } from "./prometheus/prometheus.ts";

const command = new Command("npm run local:up --")
  .description("Brings up a real Kubernetes and what splits the traffic on it, and leaves both up.")
  .addOption(
    new Option("--router <name>", "what splits the traffic")
      .choices(Object.keys(LOCAL_ROUTERS))
      .default("voyager"),
  )
  .option("--prometheus", "with a Prometheus that scrapes HAProxy (router voyager)");

try {
  const { router, prometheus } = command.parse().opts<{ router: LocalRouterName; prometheus?: true }>();
  if (prometheus && router !== "voyager")
    throw new UserError(
      `--prometheus scrapes HAProxy, and the router ${router} has none`,
      "Leave one of the two out.",
    );
  const progress = createProgress();
  const { edge } = await startEnvironment(STATE_DIR, progress, undefined, router);
  keep(STATE_DIR);
  if (prometheus) {
    console.log(`\nPrometheus: ${await startPrometheus(STATE_DIR, progress)}`);
  }
  console.log(
    `\nUp${edge ? `: ${edge.url}` : ""}\nsource .local/environment.sh && cd .local/stacks && npx canary foundation`,
  );
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.toString());
  process.exitCode = 2;
}
