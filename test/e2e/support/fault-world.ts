import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Load, startLoad } from "../../../bench/load/load.ts";
import type { Summary } from "../../../bench/load/summary.ts";
import { REPORTS } from "../../../local/paths.ts";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { deploymentPath } from "../../../src/cluster/objects.ts";
import { UserError } from "../../../src/errors.ts";
import type { Deployment } from "../../../src/model/deployment.ts";
import { previewStage } from "../../../src/operations/move.ts";
import { type PromoteOptions, type PromotionOutcome, promote } from "../../../src/operations/promote.ts";
import { edgeUrl } from "../../../src/verification/address.ts";
import { until } from "../../support/until.ts";
import { administrator, environment, makeProject, type TestProject } from "./environment.ts";
import { moveTo } from "./move.ts";
import { TEST_APPLICATION } from "./test-application.ts";
import { unattended } from "./unattended.ts";
import { setVariable } from "./variable.ts";

const REPORT = join(REPORTS, "faults.json");
const LOAD_PER_SECOND = 100;

export const APP = { ...TEST_APPLICATION, drainSeconds: 3, startSeconds: 20 };
export const RELEASE = { previous: "1.0.0", canary: "2.0.0" };

/** What one fault came to: a line of reports/faults.json. */
export interface FaultResult {
  readonly group: "application" | "objects" | "machinery" | "engine";
  readonly fault: string;
  /** What the operator sees: the program's own words where it has any. */
  readonly operator: string;
  /** What gets it out. */
  readonly wayOut: string;
  readonly traffic: { readonly requests: number; readonly failed: number; readonly longestGapMs: number };
}

/** An application at canary-25, with an entrance that load can be sent to. */
export interface FaultWorld {
  readonly project: TestProject;
  readonly api: KubernetesApi;
  readonly url: string;
  readonly deployments: { readonly previous: string; readonly canary: string };
  deployment(path: string): Promise<Deployment | undefined>;
  moveTo(stage: string): Promise<void>;
  /** As the command does it: under the lock, and over the lock of an engine that is dead. */
  promoteTo(stage: string, options?: Partial<PromoteOptions>): Promise<PromotionOutcome>;
  /** The program's words for why a move failed. @throws Error when it does not fail */
  failureOf(move: Promise<unknown>): Promise<string>;
  /** Gives the canary's container a variable as somebody else would, so that no stage takes it away; or takes it back. */
  setVariable(name: string, value: string | undefined): Promise<void>;
  /** Runs something under load. */
  underLoad(work: () => Promise<void>): Promise<Summary>;
  /** Whether the cluster is as the stage says: a preview has nothing to change. */
  isAt(stage: string): Promise<boolean>;
}

/** @param prepare changes the project's files before anything is applied */
export async function faultWorld(
  namespace: string,
  prepare: (project: TestProject) => Promise<void> = async () => undefined,
): Promise<FaultWorld> {
  const project = await makeProject(namespace);
  await project.edit("Pulumi.yaml", { app: APP, release: RELEASE });
  await prepare(project);
  const api = await administrator();
  await moveTo(project, "canary-25");
  const url = await entranceOf(project, api);
  return {
    project,
    api,
    url,
    deployments: {
      previous: deploymentPath(namespace, "app-previous"),
      canary: deploymentPath(namespace, "app-new"),
    },
    deployment: (path) => api.get<Deployment>(path),
    moveTo: (stage) => moveTo(project, stage),
    promoteTo: async (stage, options) =>
      promote(await project.operator(), stage, { ...unattended, ...options }),
    failureOf,
    setVariable: (name, value) => setVariable(api, namespace, name, value),
    underLoad: (work) => underLoad(url, join(project.workspace.directory, "load.ndjson"), work),
    isAt: async (stage) => (await previewStage(await project.operator(), stage)).changes.length === 0,
  };
}

async function entranceOf(project: TestProject, api: KubernetesApi): Promise<string> {
  const operator = await project.operator();
  const config = await operator.project.stage("canary-25");
  let url = "";
  await until(async () => {
    url = await edgeUrl(api, config).catch(() => "");
    return url !== "" && (await fetch(url).catch(() => undefined))?.ok === true;
  });
  return url;
}

async function failureOf(move: Promise<unknown>): Promise<string> {
  const error = await move.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof UserError) return error.message;
  throw error ?? new Error("the move did not fail");
}

async function underLoad(url: string, recordFile: string, work: () => Promise<void>): Promise<Summary> {
  const load: Load = await startLoad({
    url,
    clusterCidrs: [...environment().networks],
    newConnectionsPerSecond: LOAD_PER_SECOND,
    recordFile,
    classify: { header: "x-version" },
  });
  try {
    await work();
  } catch (error) {
    await load.stop();
    throw error;
  }
  return load.stop();
}

let writing: Promise<void> = Promise.resolve();

/** Writes a result down, in the place of an earlier one for the same fault; one after another. */
export function report(result: Omit<FaultResult, "traffic">, summary: Summary): Promise<void> {
  const { requests, failed, longestGapMs } = summary;
  writing = writing.then(() => write({ ...result, traffic: { requests, failed, longestGapMs } }));
  return writing;
}

async function write(result: FaultResult): Promise<void> {
  const before = await readFile(REPORT, "utf8").then(
    (text) => JSON.parse(text) as FaultResult[],
    () => [],
  );
  const results = [...before.filter(({ fault }) => fault !== result.fault), result];
  await mkdir(dirname(REPORT), { recursive: true });
  await writeFile(REPORT, `${JSON.stringify(results, null, 2)}\n`);
}

/** The first line of what the program says: what follows is detail. */
export const firstLine = (text: string): string => text.split("\n")[0] ?? "";
