import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { until } from "../process/until.ts";
import { type Api, connectApi } from "./api.ts";

const CRD = "ingresses.voyager.appscode.com";
const ESTABLISH_MS = 20_000;

interface CustomResourceDefinition {
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

/**
 * Applies Voyager's CustomResourceDefinition of the Ingress, as this project writes it, and waits until the API
 * server serves both versions.
 * @throws Error when the server rejects it or does not serve it within 20 seconds
 */
export async function installVoyagerCrd(kubeconfig: string, context: string): Promise<void> {
  const api = connectApi(kubeconfig, context);
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${CRD}`;
  await api.call({
    method: "PATCH",
    path: `${path}?fieldManager=canary-stages-local&force=true`,
    contentType: "application/apply-patch+yaml",
    body: JSON.stringify(parse(await readFile(new URL("voyager-crd.yaml", import.meta.url), "utf8"))),
  });
  const established = await until(async () => (await isEstablished(api, path)) && (await isServed(api)), {
    timeoutMs: ESTABLISH_MS,
  });
  if (!established) throw new Error(`the API server does not serve ${CRD}`);
}

async function isEstablished(api: Api, path: string): Promise<boolean> {
  const { status } = await api.call<CustomResourceDefinition>({ path });
  return status?.conditions?.some(({ type, status }) => type === "Established" && status === "True") ?? false;
}

/** A CRD can be established a moment before its paths answer. */
async function isServed(api: Api): Promise<boolean> {
  const versions = ["v1", "v1beta1"];
  const answers = versions.map((version) =>
    api.call({ path: `/apis/voyager.appscode.com/${version}/ingresses?limit=1` }),
  );
  return Promise.all(answers).then(
    () => true,
    () => false,
  );
}
