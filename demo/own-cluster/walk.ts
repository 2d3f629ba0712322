import { rm } from "node:fs/promises";
import { claim, keep } from "../../local/environment/claim.ts";
import { type Environment, ensureTools, type Tools, withTools } from "../../local/environment/environment.ts";
import type { NamedContext } from "../../local/environment/workspace.ts";
import { OWN_STATE_DIR } from "../../local/paths.ts";
import { INTERRUPTED } from "../../local/process/interruption.ts";
import { isAlive } from "../../local/process/processes.ts";
import type { Progress } from "../../local/process/progress.ts";
import { quoted } from "../../local/process/shell.ts";
import type { KubernetesApi } from "../../src/cluster/api.ts";
import { connect } from "../../src/cluster/connect.ts";
import { UserError } from "../../src/errors.ts";
import { readProject } from "../../src/project/project.ts";
import { reportTable } from "../walk/printer.ts";
import { succeeded } from "../walk/report.ts";
import { reported, walkAndReport } from "../walk/reporting.ts";
import { type Entrance, openEntrance } from "./entrance.ts";
import { readOwnRecord, writeOwnRecord } from "./record.ts";
import { takeOwnDown } from "./take-down.ts";
import { OWN_NAMESPACE, OWN_NEXT, writeOwnWorkspace } from "./workspace.ts";

const UNSUITABLE = 2;
const SERVICE_PORT = 80;

export interface OwnWalk {
  readonly cluster: NamedContext;
  /** Leaves what it made on the cluster. */
  readonly toKeep: boolean;
  readonly reportFile: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Takes a release through its stages on a cluster of somebody's own, and takes away what it made there.
 * @returns 0 when every share fits and nothing failed, 1 when not, 2 when it cannot begin, 130 after Ctrl-C
 */
export async function walkOnOwnCluster({
  cluster,
  toKeep,
  reportFile,
  progress,
  signal,
}: OwnWalk): Promise<number> {
  const begun = await reported(() => begin(cluster, progress, signal), signal);
  if (!begun) return signal.aborted ? INTERRUPTED : UNSUITABLE;
  const { environment, entrance } = begun;
  const walking = { environment, stateDir: OWN_STATE_DIR, next: OWN_NEXT, reportFile, progress, signal };
  const report = await reported(() => walkAndReport(walking), signal);
  await entrance.close();
  if (report) console.log(`\n${reportTable(report)}`);
  if (toKeep && !signal.aborted) {
    keep(OWN_STATE_DIR);
    sayWhatIsLeft(cluster, progress);
  } else {
    const taken = await reported(() => takeOwnDown(OWN_STATE_DIR, progress).then(() => true), NEVER);
    if (!taken) return 1;
  }
  if (signal.aborted) return INTERRUPTED;
  return report && succeeded(report) ? 0 : 1;
}

/** What goes wrong with taking down is said, whatever was interrupted before. */
const NEVER = new AbortController().signal;

interface Begun {
  readonly environment: Environment;
  readonly entrance: Entrance;
}

async function begin(cluster: NamedContext, progress: Progress, signal: AbortSignal): Promise<Begun> {
  // A cluster that cannot be reached is reported at once, not after the tools have been built for minutes.
  const api = await connect({ file: cluster.kubeconfig, context: cluster.context });
  await api.send("GET", "/version");
  await claimStateFolder(progress);
  try {
    await requireNoNamespace(api, cluster);
    const environment = await prepare(cluster, await ensureTools(progress, signal));
    const { config } = await readProject(environment.workspace.directory);
    const service = { namespace: OWN_NAMESPACE, name: config.app.name, port: SERVICE_PORT };
    const say = (text: string) => progress.say(`Requests go through ${text}.`);
    const entrance = await openEntrance(cluster, service, say);
    return { environment: { ...environment, entrance: entrance.url }, entrance };
  } catch (error) {
    // Nothing was made on the cluster yet.
    await rm(OWN_STATE_DIR, { recursive: true, force: true });
    throw error;
  }
}

async function prepare(cluster: NamedContext, tools: Tools): Promise<Environment> {
  const written = await writeOwnWorkspace(OWN_STATE_DIR, cluster);
  const workspace = await withTools(written, tools, OWN_STATE_DIR);
  await writeOwnRecord(OWN_STATE_DIR, { ...cluster, environment: { ...workspace.environment } });
  return { workspace, ...tools, cluster, networks: [], edge: undefined };
}

/** What an earlier run left is taken down, unless somebody asked to keep it. */
async function claimStateFolder(progress: Progress): Promise<void> {
  for (let other = claim(OWN_STATE_DIR); other; other = claim(OWN_STATE_DIR)) {
    const { context = "a cluster" } = (await readOwnRecord(OWN_STATE_DIR)) ?? {};
    if (other.kept) {
      throw new UserError(
        `the release on ${context} was left there, by --keep`,
        "Take it down first: npm run local:down.",
      );
    }
    if (isAlive(other.starter)) {
      throw new UserError(
        `process ${other.starter.pid} is at work on ${context}`,
        `Wait until it has ended, or stop it: Ctrl-C where it runs, or kill ${other.starter.pid}.`,
      );
    }
    progress.say(`An earlier run on ${context} did not come to its end.`);
    await takeOwnDown(OWN_STATE_DIR, progress);
  }
}

/** A namespace that was there before is not this program's to delete. */
async function requireNoNamespace(api: KubernetesApi, { context }: NamedContext): Promise<void> {
  if ((await api.get(`/api/v1/namespaces/${OWN_NAMESPACE}`)) === undefined) return;
  throw new UserError(
    `${context} has a namespace ${OWN_NAMESPACE} already, which this would delete in the end`,
    `If nobody needs it: kubectl --context ${quoted(context)} delete namespace ${OWN_NAMESPACE}`,
  );
}

function sayWhatIsLeft({ context, kubeconfig }: NamedContext, progress: Progress): void {
  const kubectl = `kubectl${kubeconfig ? ` --kubeconfig ${quoted(kubeconfig)}` : ""} --context ${quoted(context)} -n ${OWN_NAMESPACE}`;
  progress.say(`
Left on ${context}: namespace ${OWN_NAMESPACE} with the release in it; its stacks are in .local-context.
  the application   ${kubectl} get service
  what is live      ${kubectl} get configmap httpd-release -o yaml
  the command       source .local-context/environment.sh && cd .local-context/stacks && npx canary status
  take it down      npm run local:down`);
}
