import { join, relative } from "node:path";
import { Command } from "commander";
import { UserError } from "../src/errors.ts";
import { connect } from "../src/kubernetes.ts";
import { keep } from "./claim.ts";
import { type Environment, STATE_DIR, startEnvironment, stopEnvironment } from "./environment.ts";
import { INTERRUPTED, takingDown } from "./interruption.ts";
import { createProgress, type Progress } from "./progress.ts";
import { quoted } from "./shell.ts";
import { reportTable, walkPrinter } from "./walk/printer.ts";
import { type Report, succeeded, writeReport } from "./walk/report.ts";
import { walk } from "./walk/walk.ts";
import type { NamedContext } from "./workspace.ts";

interface Options {
  readonly keep?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
}

const REPORT = join(STATE_DIR, "..", "reports", "release.json");

const UNSUITABLE = 2;

const command = new Command("npm start --")
  .description("Takes a release of httpd through its canary stages on a real Kubernetes, under traffic.")
  .option("--keep", "leave the environment up afterwards, to look around")
  .option("--context <name>", "run on this cluster instead of one on this machine")
  .option("--kubeconfig <file>", "file that has the context");

/** 0 when every share fits and nothing failed, 1 when not, 2 when this machine will not do, 130 after Ctrl-C. */
async function main(): Promise<number> {
  const options = command.parse().opts<Options>();
  const progress = createProgress();
  const signal = takingDown((text) => progress.say(text));
  const given = options.context ? { context: options.context, kubeconfig: options.kubeconfig } : undefined;
  const environment = await reported(() => bringUp(options, given, progress, signal), signal);
  if (!environment) return signal.aborted ? INTERRUPTED : UNSUITABLE;
  const report = await reported(() => walkAndReport(environment, progress, signal), signal);
  if (report) console.log(`\n${reportTable(report)}`);
  const stays = given !== undefined || (options.keep === true && !signal.aborted);
  if (stays) sayHowToLookAround(environment, progress);
  else {
    await stopEnvironment(STATE_DIR, progress);
    if (report) progress.say("To look around afterwards, leave it up: npm start -- --keep");
  }
  if (signal.aborted) return INTERRUPTED;
  return report && succeeded(report) ? 0 : 1;
}

async function bringUp(
  { keep: toKeep = false }: Options,
  given: NamedContext | undefined,
  progress: Progress,
  signal: AbortSignal,
): Promise<Environment> {
  const environment = await startEnvironment(STATE_DIR, progress, given, signal);
  if (toKeep && !given) keep(STATE_DIR);
  return environment;
}

/** The outcome; undefined after an error for the user, which is printed. An interruption's own error says it best. */
async function reported<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const cause = signal.aborted ? signal.reason : error;
    if (!(cause instanceof UserError)) throw cause;
    console.error(`\n${cause.message}\n${cause.hint}`);
    return undefined;
  }
}

async function walkAndReport(
  environment: Environment,
  progress: Progress,
  signal: AbortSignal,
): Promise<Report> {
  const printer = walkPrinter(progress);
  printer.typed(
    `source ${relative(".", STATE_DIR)}/environment.sh && cd ${relative(".", environment.workspace.directory)}`,
  );
  const walked = await walk({
    environment,
    stateDir: STATE_DIR,
    printer,
    signal,
  });
  const report = { environment: await describe(environment), ...walked };
  await writeReport(REPORT, report);
  return report;
}

async function describe({ engine, plugins, cluster, edge }: Environment): Promise<Report["environment"]> {
  const api = await connect({ file: cluster.kubeconfig, context: cluster.context });
  const { gitVersion } = await api.send<{ gitVersion: string }>("GET", "/version");
  return {
    engine: `pulumi ${engine.version} (${engine.source})`,
    provider: `kubernetes ${plugins.providerVersion} (${plugins.provider})`,
    kubernetes: gitVersion,
    haproxy: edge?.version ?? "the cluster's own",
  };
}

function sayHowToLookAround({ edge, cluster }: Environment, progress: Progress): void {
  const kubectl = `kubectl${cluster.kubeconfig ? ` --kubeconfig ${quoted(cluster.kubeconfig)}` : ""} --context ${quoted(cluster.context)}`;
  progress.say(`
The environment is up.
  the application   ${edge?.url ?? "at the address of its Ingress"}
  what is live      ${kubectl} -n httpdcanary get configmap httpd-release -o yaml
  the command       source .local/environment.sh && cd .local/stacks && npx canary status
  Pulumi            the same, and then: pulumi preview -s canary-75
  take it down      ${edge ? "npm run local:down" : "npx canary teardown --stack-dir .local/stacks"}`);
}

process.exitCode = await main();
