import type { RequiredApi } from "../../cluster/api.ts";

/** Group and version of Voyager's Ingress. */
export const VOYAGER_GROUP_VERSION = "voyager.appscode.com/v1";

export const VOYAGER_API: RequiredApi = {
  groupVersion: VOYAGER_GROUP_VERSION,
  installation:
    "Install the Voyager operator (chart voyager) in the cluster, or set cluster.voyager in the foundation and apply that.",
};
