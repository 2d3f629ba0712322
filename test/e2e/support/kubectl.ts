import type { KubernetesApi } from "../../../src/cluster/api.ts";

/** Makes an object as somebody with kubectl does. @param collection API path of its kind */
export const createByKubectl = (api: KubernetesApi, collection: string, content: object): Promise<unknown> =>
  api.send("POST", `${collection}?fieldManager=kubectl-create`, { type: "application/json", content });
