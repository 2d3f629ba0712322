import { join } from "node:path";
import { Command } from "commander";
import { UserError } from "../src/errors.ts";
import { connect } from "../src/kubernetes.ts";
import { type Environment, STATE_DIR, startEnvironment, stopEnvironment } from "./environment.ts";
import { localOperator } from "./operator.ts";
import { createProgress, type Progress } from "./progress.ts";
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

const command = new Command("npm start --")
  .description("Takes a release of httpd through its canary stages on a real Kubernetes, under traffic.")
  .option("--keep", "leave the environment up afterwards, to look around")
  .option("--context <name>", "run on this cluster instead of one on this machine")
  .option("--kubeconfig <file>", "file that has the context");

async function main(): Promise<number> {
  const options = command.parse().opts<Options>();
  const progress = createProgress();
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () =>
      interrupted.abort(new UserError(`stopped by ${signal}`, "Everything is taken down.")),
    );
  }
  try {
    return await run(options, progress, interrupted.signal);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(`\n${error.message}\n${error.hint}`);
    return interrupted.signal.aborted ? 130 : 2;
  }
}

async function run(options: Options, progress: Progress, signal: AbortSignal): Promise<number> {
  const given: NamedContext | undefined = options.context
    ? { context: options.context, kubeconfig: options.kubeconfig }
    : undefined;
  const environment = await startEnvironment(STATE_DIR, progress, given, signal);
  let keep = options.keep === true;
  try {
    const report = await walkAndReport(environment, progress, signal);
    console.log(`\n${reportTable(report)}`);
    return succeeded(report) ? 0 : 1;
  } catch (error) {
    keep = keep && !signal.aborted;
    throw error;
  } finally {
    if (keep) sayHowToLookAround(environment, progress);
    else await stopEnvironment(STATE_DIR, progress);
  }
}

async function walkAndReport(
  environment: Environment,
  progress: Progress,
  signal: AbortSignal,
): Promise<Report> {
  const walked = await walk({
    environment,
    operator: () => localOperator(environment),
    stateDir: STATE_DIR,
    printer: walkPrinter(progress),
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
  progress.say(`
The environment is up.
  the application   ${edge?.url ?? "at the address of its Ingress"}
  what is live      kubectl --kubeconfig ${cluster.kubeconfig ?? "(yours)"} -n httpdcanary get configmap httpd-release -o yaml
  Pulumi            source .local/environment.sh && cd .local/stacks && pulumi preview -s canary-75
  take it down      npm run local:down`);
}

process.exitCode = await main();
