import { basename, dirname, join, relative } from "node:path";
import { providerText } from "../../local/engine/provider.ts";
import type { Environment } from "../../local/environment/environment.ts";
import type { Progress } from "../../local/process/progress.ts";
import { connect } from "../../src/cluster/connect.ts";
import { UserError } from "../../src/errors.ts";
import { openWalkPage } from "./page.ts";
import { walkPrinter } from "./printer.ts";
import { type Report, writeReport } from "./report.ts";
import { walk } from "./walk.ts";

/** A walk, and where its report goes. */
export interface ReportedWalk {
  readonly environment: Environment;
  readonly stateDir: string;
  /** The version that is released after the first release. */
  readonly next: string;
  /** What an application needs in its namespace before its first stage. */
  readonly prepare?: (() => Promise<void>) | undefined;
  readonly reportFile: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Walks, printing what is typed and answered, with a page to watch it on, and writes the report and what the page showed. */
export async function walkAndReport(options: ReportedWalk): Promise<Report> {
  const { environment, stateDir, reportFile, progress, signal } = options;
  const shell = { workspace: environment.workspace, stateDir, signal };
  const page = await openWalkPage(shell, environment.edge?.statsUrl);
  progress.say(`\nWatch it in a browser, for as long as it goes on: ${page.url}`);
  try {
    const report = await walkAndPrint(options);
    await page.save(join(dirname(reportFile), `${basename(reportFile, ".json")}.html`));
    return report;
  } finally {
    await page.stop();
  }
}

async function walkAndPrint(options: ReportedWalk): Promise<Report> {
  const { environment, stateDir, reportFile, progress, ...rest } = options;
  const printer = walkPrinter(progress);
  printer.typed(
    `source ${relative(".", stateDir)}/environment.sh && cd ${relative(".", environment.workspace.directory)}`,
  );
  const walked = await walk({ environment, stateDir, printer, ...rest });
  const report = { environment: await describe(environment), ...walked };
  await writeReport(reportFile, report);
  return report;
}

async function describe({ engine, plugins, cluster, edge }: Environment): Promise<Report["environment"]> {
  const api = await connect({ file: cluster.kubeconfig, context: cluster.context });
  const { gitVersion } = await api.send<{ gitVersion: string }>("GET", "/version");
  return {
    engine: `pulumi ${engine.version} (${engine.source})`,
    provider: `kubernetes ${providerText(plugins.provider)}`,
    kubernetes: gitVersion,
    edge: edge ? `${edge.program} ${edge.version}` : "none",
  };
}

/** The outcome; undefined after an error for the user, which is printed. An interruption's own error says it best. */
export async function reported<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const cause = signal.aborted ? signal.reason : error;
    if (!(cause instanceof UserError)) throw cause;
    console.error(`\n${cause.message}\n${cause.hint}`);
    return undefined;
  }
}
