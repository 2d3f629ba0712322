import { ApiError } from "../cluster/api.ts";
import { collectionPath, namespacedKinds } from "../cluster/discovery.ts";
import { deleteJob, listJobs } from "../cluster/jobs.ts";
import { configMapPath, versionObjectPath } from "../cluster/objects.ts";
import type { StackState } from "../engine/stacks.ts";
import { HOOKS, hookLabels } from "../model/hooks.ts";
import { appNames } from "../model/names.ts";
import { isOurs, type ManagedObject } from "../model/ownership.ts";
import type { Operator } from "./operator.ts";
import { objectNames } from "./teardown-objects.ts";

interface AnyObject extends ManagedObject {
  readonly metadata: ManagedObject["metadata"] & {
    readonly name: string;
    readonly ownerReferences?: readonly unknown[];
  };
}

/** Kinds that the cluster writes by itself, and objects that it puts into each namespace. */
const CLUSTERS_OWN: ReadonlySet<string> = new Set(["Event", "Endpoints", "EndpointSlice"]);
const IN_EACH_NAMESPACE: ReadonlySet<string> = new Set([
  "ConfigMap/kube-root-ca.crt",
  "ServiceAccount/default",
]);

/**
 * Objects in the application's namespace that somebody else made: no stack has them, and nothing owns them.
 * @param states of every stack
 * @returns each as `ConfigMap/theirs`; none where there is no cluster
 */
export async function findStrangers(operator: Operator, states: readonly StackState[]): Promise<string[]> {
  const api = await operator.administrator();
  if (!api) return [];
  const { namespace } = operator.project.config;
  const ours = new Set([...objectNames(states), ...ownNotes(operator)]);
  const kinds = (await namespacedKinds(api)).filter(({ kind }) => !CLUSTERS_OWN.has(kind));
  const found = await Promise.all(
    kinds.map(async ({ apiVersion, plural, kind }) => {
      const objects = await api.list<AnyObject>(collectionPath(namespace, apiVersion, plural));
      return objects.filter((object) => isStranger(object)).map(({ metadata }) => `${kind}/${metadata.name}`);
    }),
  );
  return [...new Set(found.flat())].filter((name) => !ours.has(name) && !IN_EACH_NAMESPACE.has(name)).sort();
}

const isStranger = (object: AnyObject): boolean =>
  (object.metadata.ownerReferences ?? []).length === 0 && !isOurs(object);

/** What the command itself writes, the lock and the history; and the record, of which a state may have been lost. */
function ownNotes(operator: Operator): string[] {
  const { lock, history, record } = namesOf(operator);
  return [`Lease/${lock}`, `ConfigMap/${history}`, `ConfigMap/${record}`];
}

const namesOf = ({ project: { config } }: Operator) => appNames(config.app.name, config.namespace);

/**
 * Deletes the lock, the history and what ran as hooks from a namespace that stays, and what is left of versions.
 * @param objects ConfigMaps and Secrets of versions, as the record lists them
 */
export async function removeOwnNotes(operator: Operator, objects: readonly string[]): Promise<void> {
  const api = await operator.administrator();
  if (!api) return;
  const { namespace, app } = operator.project.config;
  for (const hook of HOOKS)
    for (const { metadata } of await listJobs(api, namespace, hookLabels(app.name, hook)))
      await deleteJob(api, namespace, metadata.name);
  const { lock, history } = namesOf(operator);
  const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const paths = [
    `${leases}/${lock}`,
    configMapPath(namespace, history),
    ...objects.map((object) => versionObjectPath(namespace, object)),
  ];
  for (const path of paths) {
    await api.send("DELETE", path).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    });
  }
}
