import type { Cluster } from "./cluster.ts";
import { ClusterError } from "./errors.ts";
import { type JsonObject, listAt, objectAt, textAt } from "./json.ts";
import { refOf } from "./objects.ts";

/** What keeps the containers of a Deployment from running, such as an image that cannot be pulled. */
export async function podProblems(live: JsonObject, cluster: Cluster): Promise<string[]> {
  if (live.kind !== "Deployment") return [];
  const labels = Object.entries(objectAt(live, "spec", "selector", "matchLabels")).map(
    ([key, value]) => [key, String(value)] as const,
  );
  const path = `/api/v1/namespaces/${refOf(live).namespace}/pods`;
  try {
    return (await cluster.list(path, Object.fromEntries(labels))).flatMap(containerProblems);
  } catch (error) {
    if (error instanceof ClusterError) return [`its Pods cannot be listed: ${error.message}`];
    throw error;
  }
}

function containerProblems(pod: JsonObject): string[] {
  return listAt(pod, "status", "containerStatuses").flatMap((status) => {
    const reason = textAt(status, "state", "waiting", "reason");
    const message = textAt(status, "state", "waiting", "message") ?? "";
    const container = `Pod ${textAt(pod, "metadata", "name")}, container ${textAt(status, "name")}`;
    return reason ? [`${container}: [${reason}] ${message}`] : [];
  });
}
