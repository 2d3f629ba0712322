import * as pulumi from "@pulumi/pulumi";
import { ApiError, type KubernetesApi } from "../cluster/api.ts";
import { deleteJob, listJobs, untilJobSucceeded } from "../cluster/jobs.ts";
import { type HookRun, hookRun } from "../components/pod/hook.ts";
import type { Config } from "../config/stage.ts";
import { UserError } from "../errors.ts";
import { HOOKS, type HookName, type HooksDone, hookLabels, hooksAt } from "../model/hooks.ts";
import { type Move, sameRelease } from "../model/lifecycle.ts";
import type { ReleaseRecord } from "../model/record.ts";
import type { PodMaterial } from "./pod-material.ts";

/** The hooks of a stage. */
export interface StageHooks {
  /** Runs the hook that comes first, once however often it is asked for; undefined where none is to run. */
  readonly before: (() => Promise<void>) | undefined;
  /** The same for what comes last. */
  readonly after: (() => Promise<void>) | undefined;
  /** What has run once the stage is in place. */
  readonly done: HooksDone;
  /** For when the stage is in place: takes away the Jobs that an earlier release has left. */
  readonly clearUp: () => Promise<void>;
}

interface HookedStage {
  readonly config: Config;
  readonly stage: string;
  readonly move: Move;
  readonly live: ReleaseRecord | undefined;
  /** By the version's name. */
  readonly material: Readonly<Record<string, PodMaterial>>;
}

/** What a failed hook leaves behind, as the operator has to know it. */
const LEFT: Readonly<Record<HookName, string>> = {
  before: "No pod and no traffic was changed",
  after: "The stage's pods and traffic are in place, but the record does not have it yet",
};

/**
 * The hooks that a stage runs: those that this release has not run yet, as the record says. They are Jobs that are no
 * resources of the stack: what Pulumi makes again when it is not there would run a migration twice (docs/adr/0083).
 * @throws UserError where the deployer may not run Jobs
 */
export async function stageHooks(
  api: KubernetesApi,
  { config, stage, move, live, material }: HookedStage,
): Promise<StageHooks> {
  const { namespace, release } = config;
  const done = live && sameRelease(live.release, release) ? (live.hooks ?? {}) : {};
  const due = hooksAt({ ...config, move, stage }).flatMap((hook) => {
    const own = material[release.canary];
    const run =
      own &&
      hookRun(hook, {
        ...own,
        secrets: own.hookSecrets,
        version: release.canary,
        tag: own.recorded.image,
      });
    return run && run.job.metadata.name !== done[hook] ? [run] : [];
  });
  if (due.length > 0) await requireMayRun(api, config);
  const running = (hook: HookName) => {
    const run = due.find((one) => one.hook === hook);
    return run && once(() => runHook(api, namespace, run));
  };
  const names = Object.fromEntries(due.map(({ hook, job }) => [hook, job.metadata.name]));
  const doneThen: HooksDone = { ...done, ...names };
  const kept = Object.values(doneThen);
  const left = Object.values(live?.hooks ?? {}).filter((name) => name !== undefined && !kept.includes(name));
  return {
    before: running("before"),
    after: running("after"),
    done: doneThen,
    clearUp: async () => {
      if (left.length > 0) await deleteJobsBut(api, config, kept);
    },
  };
}

/** A release whose hook runs takes away the Jobs before it; one that has no such hook any more, or none at all, does it here. */
async function deleteJobsBut(
  api: KubernetesApi,
  { app, namespace }: Config,
  kept: readonly (string | undefined)[],
): Promise<void> {
  try {
    const jobs = await Promise.all(HOOKS.map((hook) => listJobs(api, namespace, hookLabels(app.name, hook))));
    for (const { metadata } of jobs.flat())
      if (!kept.includes(metadata.name)) await deleteJob(api, namespace, metadata.name);
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof UserError)) throw error;
    await pulumi.log.warn(
      `Jobs of hooks of an earlier release could not be deleted: ${error.message}. See them: kubectl -n ${namespace} get jobs -l canary-stages/app=${app.name}`,
    );
  }
}

async function runHook(api: KubernetesApi, namespace: string, run: HookRun): Promise<void> {
  const { hook, words } = run;
  try {
    await untilJobSucceeded(api, namespace, { ...run, container: hook });
  } catch (error) {
    if (!(error instanceof UserError || error instanceof ApiError)) throw error;
    const hint = error instanceof UserError ? ` ${error.hint}` : "";
    const text = `app.hooks.${hook} (${words}): ${error.message}`;
    throw new UserError(
      `${text}\n${LEFT[hook]}: mend it, and promote again, which runs it again.${hint}`,
      "Mend it, and promote again.",
    );
  }
}

/** An update asks in several places; all wait for the one run. */
function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work();
    return running;
  };
}

async function requireMayRun(api: KubernetesApi, { app, namespace, founding }: Config): Promise<void> {
  try {
    await listJobs(api, namespace, hookLabels(app.name, "before"));
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    throw new UserError(
      `app.hooks wants Jobs, but the deployer may not run any in ${namespace}: its Role is of a time without hooks`,
      `Apply the foundation once: canary foundation, or pulumi up -s ${founding}.`,
    );
  }
}
