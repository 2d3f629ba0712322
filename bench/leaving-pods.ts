import { until } from "../local/process/until.ts";
import type { KubernetesApi } from "../src/cluster/api.ts";
import { podsPath } from "../src/cluster/objects.ts";
import type { PodLike } from "../src/model/pods.ts";

/** Waits until no pod of a namespace is ending. @throws Error when one does not leave within a minute */
export async function untilNoPodLeaves({
  api,
  namespace,
}: {
  readonly api: KubernetesApi;
  readonly namespace: string;
}): Promise<void> {
  const allStay = async (): Promise<boolean> => {
    const pods = await api.list<PodLike>(podsPath(namespace));
    return pods.every(({ metadata }) => metadata.deletionTimestamp === undefined);
  };
  if (!(await until(allStay, { timeoutMs: 60_000, everyMs: 500 }))) throw new Error("pods do not leave");
}
