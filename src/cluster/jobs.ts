import { UserError } from "../errors.ts";
import { type HookPod, hookFailure, type JobLike, jobStateOf } from "../model/hooks.ts";
import { FIELD_MANAGER } from "../model/names.ts";
import { ApiError, type KubernetesApi } from "./api.ts";
import { podsPath, withLabels } from "./objects.ts";

type Json = Readonly<Record<string, unknown>>;

/** An object that is to be applied. */
interface Declared extends Json {
  readonly metadata: Json & { readonly name: string };
}

/** A Job with what lies beside it for its pods. */
export interface JobRun {
  readonly job: Declared & { readonly metadata: { readonly labels: Readonly<Record<string, string>> } };
  readonly beside: readonly (Declared & { readonly kind: "ConfigMap" | "Secret" })[];
  /** Name of the container that decides. */
  readonly container: string;
  /** A pod of it has so long. */
  readonly timeoutSeconds: number;
  /** Values that no message may show. */
  readonly secret: readonly string[];
}

const POLL_MS = 200;
/** The Job itself ends a pod that never starts; this is for a cluster that does nothing at all. */
const PATIENCE_AFTER_S = 90;
const LOG_LINES = 20;

const jobsPath = (namespace: string): string => `/apis/batch/v1/namespaces/${namespace}/jobs`;

/** Jobs that carry labels. @throws ApiError where that may not be asked */
export const listJobs = (
  api: KubernetesApi,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): Promise<JobLike[]> => api.list<JobLike>(`${jobsPath(namespace)}${withLabels(labels)}`);

/** Deletes a Job, its pods after it, and what it owns; one that is gone already is. */
export async function deleteJob(api: KubernetesApi, namespace: string, name: string): Promise<void> {
  await api
    .send("DELETE", `${jobsPath(namespace)}/${name}?propagationPolicy=Background`)
    .catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    });
}

/**
 * Runs a Job to its end. One of its name that has succeeded is not run again, one that runs is waited for, and one that
 * failed gives way to a new one. Others with its labels are deleted: they are of earlier releases.
 * @throws Error with how it ended and its last lines when it fails or does not end
 */
export async function untilJobSucceeded(api: KubernetesApi, namespace: string, run: JobRun): Promise<void> {
  const { name, labels } = run.job.metadata;
  const { "app.kubernetes.io/managed-by": _, ...own } = labels;
  const path = `${jobsPath(namespace)}/${name}`;
  const jobs = await listJobs(api, namespace, own);
  for (const other of jobs)
    if (other.metadata.name !== name) await deleteJob(api, namespace, other.metadata.name);
  const found = jobs.find(({ metadata }) => metadata.name === name);
  const before = found && jobStateOf(found).state;
  if (before === "succeeded") return;
  if (before === "failed") {
    await deleteJob(api, namespace, name);
    await until(api, path, run, (job) => job === undefined);
  }
  if (before !== "running") await begin(api, namespace, run);
  const ended = await until(
    api,
    path,
    run,
    (job) => job === undefined || jobStateOf(job).state !== "running",
  );
  if (!ended)
    throw new UserError(`Job ${namespace}/${name} was deleted while it ran`, "Run it again: promote again.");
  const state = jobStateOf(ended);
  if (state.state === "failed") throw await failure(api, namespace, run, state.reason);
}

/** Its files and secrets first, so that no pod waits for them; then they are the Job's, and go with it. */
async function begin(api: KubernetesApi, namespace: string, { job, beside }: JobRun): Promise<void> {
  const apply = <T>(folder: string, object: Declared) =>
    api.send<T>("PATCH", `${folder}/${object.metadata.name}?fieldManager=${FIELD_MANAGER}&force=true`, {
      type: "application/apply-patch+yaml",
      content: { ...object, metadata: { ...object.metadata, namespace } },
    });
  const folderOf = ({ kind }: JobRun["beside"][number]) =>
    `/api/v1/namespaces/${namespace}/${kind === "Secret" ? "secrets" : "configmaps"}`;
  for (const object of beside) await apply(folderOf(object), object);
  const { metadata } = await apply<JobLike>(jobsPath(namespace), job);
  const owner = { apiVersion: "batch/v1", kind: "Job", name: metadata.name, uid: metadata.uid };
  for (const object of beside)
    await apply(folderOf(object), { ...object, metadata: { ...object.metadata, ownerReferences: [owner] } });
}

/** Looks at the Job until it is as wanted; an API server that is away for a moment is asked again. */
async function until(
  api: KubernetesApi,
  path: string,
  { timeoutSeconds }: JobRun,
  isThere: (job: JobLike | undefined) => boolean,
): Promise<JobLike | undefined> {
  const patience = timeoutSeconds + PATIENCE_AFTER_S;
  const end = Date.now() + patience * 1000;
  for (;;) {
    try {
      const job = await api.get<JobLike>(path);
      if (isThere(job)) return job;
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof UserError) || Date.now() > end) throw error;
    }
    if (Date.now() > end)
      throw new UserError(`${path} did not end within ${patience} s`, "Look at the cluster.");
    // An update that was interrupted is not held up by what it waited for: the Job goes on by itself.
    await new Promise((resolve) => setTimeout(resolve, POLL_MS).unref());
  }
}

async function failure(
  api: KubernetesApi,
  namespace: string,
  { job, container, timeoutSeconds, secret }: JobRun,
  reason: string,
): Promise<UserError> {
  const { name } = job.metadata;
  const labels = { "batch.kubernetes.io/job-name": name };
  const pods = await api.list<HookPod>(`${podsPath(namespace)}${withLabels(labels)}`);
  const [pod] = [...pods].sort((a, b) =>
    (b.metadata.creationTimestamp ?? "").localeCompare(a.metadata.creationTimestamp ?? ""),
  );
  const why = (pod && hookFailure(pod, { container, timeoutSeconds })) ?? reason;
  const lines = pod ? await lastLines(api, `${podsPath(namespace)}/${pod.metadata.name}`, container) : [];
  // The longest first: one may be a part of another.
  const hidden = [...secret].sort((a, b) => b.length - a.length);
  const said = hidden.reduce((text, value) => text.replaceAll(value, "[secret]"), lines.join("\n"));
  return new UserError(
    `Job ${namespace}/${name} failed: ${why}${said === "" ? "" : `; its last lines:\n${said.replaceAll(/^/gm, "  ")}`}`,
    `See: kubectl -n ${namespace} logs job/${name}`,
  );
}

/** None where there are no logs, as of a pod that never started. */
async function lastLines(api: KubernetesApi, pod: string, container: string): Promise<string[]> {
  try {
    const text = await api.text(`${pod}/log?container=${container}&tailLines=${LOG_LINES}`);
    return text.split("\n").filter((line) => line.trim() !== "");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return [];
  }
}
