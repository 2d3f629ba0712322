import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { connectApi } from "./api.ts";
import { applyCrds } from "./crds.ts";

/**
 * Applies Voyager's CustomResourceDefinition of the Ingress, as this project writes it, and waits until the API
 * server serves both versions.
 * @throws Error when the server rejects it or does not serve it within 20 seconds
 */
export async function installVoyagerCrd(kubeconfig: string, context: string): Promise<void> {
  const text = await readFile(new URL("voyager-crd.yaml", import.meta.url), "utf8");
  await applyCrds(connectApi(kubeconfig, context), [parse(text)]);
}
