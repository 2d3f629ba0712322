import { readFileSync } from "node:fs";
import { parse } from "yaml";

type Json = Record<string, unknown>;

const root = new URL("../../", import.meta.url);

function configOf(file: string): Json {
  const { config } = parse(readFileSync(new URL(file, root), "utf8")) as { config: Json };
  const values = Object.entries(config).map(([key, value]) => {
    const inner = value as { value?: unknown };
    return [key.replace(/^canary-stages:/, ""), inner?.value ?? value];
  });
  return Object.fromEntries(values);
}

const { "pulumi:disable-default-providers": _, ...projectValues } = configOf("Pulumi.yaml");

/** The committed configuration of a stage, with the founding stack on a cluster that exists already. */
export function committedStage(stack: string): Json {
  const stage = configOf(`Pulumi.${stack}.yaml`);
  return {
    ...projectValues,
    ...stage,
    ...("cluster" in stage && { cluster: { kind: "kubeconfig", context: "test" } }),
  };
}

/** What the cluster serves before anything of ours is in it. */
export const VOYAGER_INSTALLED = { "/apis/voyager.appscode.com/v1": { kind: "APIResourceList" } };
