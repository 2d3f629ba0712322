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
import { appNames } from "../src/model/names.ts";
import { readProject } from "../src/project/project.ts";
import { readApplication } from "./application/folder.ts";
import { type Begun, installApplication } from "./application/install.ts";
import { walkOnOwnCluster } from "./own-cluster/walk.ts";
import { reportTable } from "./walk/printer.ts";
import { succeeded } from "./walk/report.ts";
import { reported, walkAndReport } from "./walk/reporting.ts";

interface Options {
  readonly app?: string;
  readonly keep?: boolean;
  readonly router?: LocalRouterName;
  readonly context?: string;
  readonly kubeconfig?: string;
}

const UNSUITABLE = 2;

const command = new Command("npm start --")
  .description("Takes a release through its canary stages on a real Kubernetes, under traffic.")
  .option(
    "--app <folder>",
    "walk with the application of this folder instead of httpd, such as examples/shop",
  )
  .option("--keep", "leave everything up afterwards, to look around")
  .addOption(
    new Option("--router <name>", "what splits the traffic (default: voyager)")
      .choices(Object.keys(LOCAL_ROUTERS))
      .conflicts(["context", "app"]),
  )
  .option("--context <name>", "run on this cluster of yours instead of one on this machine; needs no root")
  .option("--kubeconfig <file>", "file that has the context (default: KUBECONFIG, ~/.kube/config)")
  .addHelpText(
    "after",
    `
With --app the folder has Pulumi.yaml and the stage files, walk.yaml, and image/: a Go program, which its image is made of.

With --context it makes a namespace, canary-stages-walk, with four small pods in it, on a cluster of yours; pulls three
images of httpd; and sends 200 requests a second to them, through the Service's load balancer or the API server. It needs
the rights of an administrator there. Whatever it made is gone afterwards, unless you say --keep.`,
  );

/** 0 when every share fits and nothing failed, 1 when not, 2 when this machine will not do, 130 after Ctrl-C. */
async function main(): Promise<number> {
  const { app, keep: toKeep = false, router, context, kubeconfig } = command.parse().opts<Options>();
  const progress = createProgress();
  const signal = takingDown((text) => progress.say(text));
  if (app !== undefined && context !== undefined) {
    console.error(
      "--app comes with --context: the image of the application is made for the cluster on this machine.",
    );
    return UNSUITABLE;
  }
  if (context === undefined) {
    if (kubeconfig === undefined) return walkHere({ app, toKeep, router, progress, signal });
    console.error(`--kubeconfig ${kubeconfig} comes without --context: name the context too.`);
    return UNSUITABLE;
  }
  const cluster = { context, kubeconfig: kubeconfig && resolve(kubeconfig) };
  const reportFile = join(REPORTS, "own-cluster.json");
  return walkOnOwnCluster({ cluster, toKeep, reportFile, progress, signal });
}

interface WalkHere {
  /** Folder of the application; undefined for httpd. */
  readonly app: string | undefined;
  readonly toKeep: boolean;
  readonly router: LocalRouterName | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function walkHere({ app, toKeep, router, progress, signal }: WalkHere): Promise<number> {
  const begun = await reported(() => begin({ app, router }, progress, signal), signal);
  if (!begun) return signal.aborted ? INTERRUPTED : UNSUITABLE;
  const { environment } = begun;
  if (toKeep) keep(STATE_DIR);
  const walking = { ...begun, stateDir: STATE_DIR, progress, signal };
  const report = await reported(() => walkAndReport(walking), signal);
  if (report) console.log(`\n${reportTable(report)}`);
  if (toKeep && !signal.aborted) await sayHowToLookAround(environment, progress);
  else {
    await stopEnvironment(STATE_DIR, progress);
    if (report) progress.say("To look around afterwards, leave it up: npm start -- --keep");
  }
  if (signal.aborted) return INTERRUPTED;
  return report && succeeded(report) ? 0 : 1;
}

/** A folder that will not do is refused before anything is started. */
async function begin(
  { app, router }: Pick<WalkHere, "app" | "router">,
  progress: Progress,
  signal: AbortSignal,
): Promise<Begun> {
  const application = app === undefined ? undefined : await readApplication(resolve(app));
  const environment = await startEnvironment(STATE_DIR, progress, signal, router);
  if (!application) {
    return { environment, next: HTTPD_TAGS[2], reportFile: join(REPORTS, "release.json") };
  }
  try {
    return await installApplication(application, { environment, stateDir: STATE_DIR, progress, signal });
  } catch (error) {
    await stopEnvironment(STATE_DIR, progress);
    throw error;
  }
}

async function sayHowToLookAround(
  { edge, cluster, workspace }: Environment,
  progress: Progress,
): Promise<void> {
  const { app, namespace, lifecycle } = (await readProject(workspace.directory)).config;
  const kubectl = `kubectl --kubeconfig ${quoted(cluster.kubeconfig ?? "")} --context ${quoted(cluster.context)}`;
  progress.say(`
The environment is up.
  the application   ${edge?.url ?? `${kubectl} -n ${namespace} get service`}
  what is live      ${kubectl} -n ${namespace} get configmap ${appNames(app.name, namespace).record} -o yaml
  the command       source .local/environment.sh && cd .local/stacks && npx canary status
  the page          the same, and then: npx canary page
  Pulumi            the same, and then: pulumi preview -s ${lifecycle[1]}
  take it down      npm run local:down`);
}

process.exitCode = await main();
