import { type Load, startLoad } from "../../bench/load/load.ts";
import type { Summary } from "../../bench/load/summary.ts";
import type { Environment } from "../../local/environment/environment.ts";
import { until } from "../../local/process/until.ts";
import { connect } from "../../src/cluster/connect.ts";
import { UserError } from "../../src/errors.ts";
import { readProject } from "../../src/project/project.ts";
import { edgeUrl } from "../../src/verification/address.ts";

const PER_SECOND = 200;
/** What the first stage may take until it serves. */
const FIRST_ANSWER_MS = 300_000;
const LOOK_MS = 100;

/** Load that begins as soon as the application answers for the first time. */
export interface SteadyLoad {
  /** What came of it between two times, milliseconds since 1970. @throws Error when it could not begin */
  between(from: number, to: number): Promise<Summary>;
  /** Ends it; undefined when it never began. */
  stop(): Promise<Summary | undefined>;
}

interface LoadRecord {
  /** Where the load keeps its record. */
  readonly recordFile: string;
  /** Every version that may answer; whichever is in an answer gave it. */
  readonly versions: readonly string[];
}

export function steadyLoad(environment: Environment, record: LoadRecord, signal: AbortSignal): SteadyLoad {
  const stopped = new AbortController();
  const load = begin(environment, record, AbortSignal.any([signal, stopped.signal]));
  const begun = load.catch(() => undefined);
  return {
    between: async (from, to) => (await load).between(from, to),
    stop: async () => {
      stopped.abort();
      return (await begun)?.stop();
    },
  };
}

async function begin(
  { workspace, cluster, networks, entrance }: Environment,
  { recordFile, versions }: LoadRecord,
  signal: AbortSignal,
): Promise<Load> {
  const api = await connect({ file: cluster.kubeconfig, context: cluster.context });
  const project = await readProject(workspace.directory);
  const stage = await project.stage(project.config.lifecycle[0] ?? "");
  const answeringUrl = async () => {
    const url = entrance ?? (await edgeUrl(api, stage).catch(undefinedFor));
    return url !== undefined && (await answers(url)) ? url : undefined;
  };
  const url = await until(answeringUrl, { timeoutMs: FIRST_ANSWER_MS, everyMs: LOOK_MS, signal });
  if (url === undefined) throw new Error(`no answer from the edge within ${FIRST_ANSWER_MS / 1000} s`);
  return startLoad({
    url,
    clusterCidrs: [...networks],
    newConnectionsPerSecond: PER_SECOND,
    recordFile,
    classify: { body: versionPattern(versions) },
  });
}

/** The longest first: one version may be the beginning of another. */
function versionPattern(versions: readonly string[]): string {
  const longestFirst = [...versions].sort((a, b) => b.length - a.length);
  return `(${longestFirst.map((version) => version.replaceAll(/[.]/g, "[.]")).join("|")})`;
}

/** There is no address yet. */
function undefinedFor(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
