import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { keep } from "../local/environment/claim.ts";
import { type Environment, startEnvironment, stopEnvironment } from "../local/environment/environment.ts";
import { LOCAL_ROUTERS, type LocalRouterName } from "../local/environment/routers.ts";
import { HTTPD_TAGS } from "../local/images/names.ts";
import { REPORTS, STATE_DIR } from "../local/paths.ts";
import { INTERRUPTED, takingDown } from "../local/process/interruption.ts";
import { createProgress, type Progress } from "../local/process/progress.ts";
import { quoted } from "../local/process/shell.ts";
import { walkOnOwnCluster } from "./own-cluster/walk.ts";
import { reportTable } from "./walk/printer.ts";
import { succeeded } from "./walk/report.ts";
import { reported, walkAndReport } from "./walk/reporting.ts";

interface Options {
  readonly keep?: boolean;
  readonly router?: LocalRouterName;
  readonly context?: string;
  readonly kubeconfig?: string;
}

const UNSUITABLE = 2;

const command = new Command("npm start --")
  .description("Takes a release of httpd through its canary stages on a real Kubernetes, under traffic.")
  .option("--keep", "leave everything up afterwards, to look around")
  .addOption(
    new Option("--router <name>", "what splits the traffic (default: voyager)")
      .choices(Object.keys(LOCAL_ROUTERS))
      .conflicts("context"),
  )
  .option("--context <name>", "run on this cluster of yours instead of one on this machine; needs no root")
  .option("--kubeconfig <file>", "file that has the context (default: KUBECONFIG, ~/.kube/config)")
  .addHelpText(
    "after",
    `
With --context it makes a namespace, canary-stages-walk, with four small pods in it, on a cluster of yours; pulls three
images of httpd; and sends 200 requests a second to them, through the Service's load balancer or the API server. It needs
the rights of an administrator there. Whatever it made is gone afterwards, unless you say --keep.`,
  );

/** 0 when every share fits and nothing failed, 1 when not, 2 when this machine will not do, 130 after Ctrl-C. */
async function main(): Promise<number> {
  const { keep: toKeep = false, router, context, kubeconfig } = command.parse().opts<Options>();
  const progress = createProgress();
  const signal = takingDown((text) => progress.say(text));
  if (context === undefined) {
    if (kubeconfig === undefined) return walkHere({ toKeep, router, progress, signal });
    console.error(`--kubeconfig ${kubeconfig} comes without --context: name the context too.`);
    return UNSUITABLE;
  }
  const cluster = { context, kubeconfig: kubeconfig && resolve(kubeconfig) };
  const reportFile = join(REPORTS, "own-cluster.json");
  return walkOnOwnCluster({ cluster, toKeep, reportFile, progress, signal });
}

interface Walk {
  readonly toKeep: boolean;
  readonly router: LocalRouterName | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function walkHere({ toKeep, router, progress, signal }: Walk): Promise<number> {
  const start = () => startEnvironment(STATE_DIR, progress, signal, router);
  const environment = await reported(start, signal);
  if (!environment) return signal.aborted ? INTERRUPTED : UNSUITABLE;
  if (toKeep) keep(STATE_DIR);
  const next = HTTPD_TAGS[2];
  const reportFile = join(REPORTS, "release.json");
  const walking = { environment, stateDir: STATE_DIR, next, reportFile, progress, signal };
  const report = await reported(() => walkAndReport(walking), signal);
  if (report) console.log(`\n${reportTable(report)}`);
  if (toKeep && !signal.aborted) sayHowToLookAround(environment, progress);
  else {
    await stopEnvironment(STATE_DIR, progress);
    if (report) progress.say("To look around afterwards, leave it up: npm start -- --keep");
  }
  if (signal.aborted) return INTERRUPTED;
  return report && succeeded(report) ? 0 : 1;
}

function sayHowToLookAround({ edge, cluster }: Environment, progress: Progress): void {
  const kubectl = `kubectl --kubeconfig ${quoted(cluster.kubeconfig ?? "")} --context ${quoted(cluster.context)}`;
  progress.say(`
The environment is up.
  the application   ${edge?.url ?? `${kubectl} -n httpdcanary get service`}
  what is live      ${kubectl} -n httpdcanary get configmap httpd-release -o yaml
  the command       source .local/environment.sh && cd .local/stacks && npx canary status
  Pulumi            the same, and then: pulumi preview -s canary-75
  take it down      npm run local:down`);
}

process.exitCode = await main();
