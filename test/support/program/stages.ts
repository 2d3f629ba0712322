import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { runStage, type StageRun, type StageSetting } from "./mocks.ts";

type Json = Record<string, unknown>;

const root = new URL("../../../", import.meta.url);

function configOf(file: string): Json {
  const { config } = parse(readFileSync(new URL(file, root), "utf8")) as { config: Json };
  const values = Object.entries(config).map(([key, value]) => {
    const inner = value as { value?: unknown };
    return [key.replace(/^canary-stages:/, ""), inner?.value ?? value];
  });
  return Object.fromEntries(values);
}

const { "pulumi:disable-default-providers": _, ...projectValues } = configOf("Pulumi.yaml");

/** The committed configuration of a stage, or of the foundation, which is on a cluster that exists already. */
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

/** A stage of the committed project, on a cluster that has these objects of ours. */
export function stageOf(stack: string, cluster: Readonly<Record<string, unknown>> = {}): StageSetting {
  return {
    stack,
    config: committedStage(stack),
    cluster: { ...VOYAGER_INSTALLED, ...cluster },
  };
}

const PATHS: Readonly<Record<string, string>> = {
  "kubernetes:core/v1:ConfigMap": "/api/v1/namespaces/httpdcanary/configmaps",
  "kubernetes:apps/v1:Deployment": "/apis/apps/v1/namespaces/httpdcanary/deployments",
};

/** What the cluster has after a stage: its ConfigMaps and Deployments, as they were declared. */
export function clusterAfter({ resources }: StageRun): Record<string, unknown> {
  return Object.fromEntries(
    resources.flatMap(({ type, inputs }) => {
      const { name } = (inputs.metadata ?? {}) as { name?: string };
      return PATHS[type] ? [[`${PATHS[type]}/${name}`, inputs]] : [];
    }),
  );
}

/** Applies stages one after the other, and gives the run of the last one. */
export async function runStages(stages: readonly string[]): Promise<StageRun> {
  let run: StageRun | undefined;
  for (const stage of stages) run = await runStage(stageOf(stage, run && clusterAfter(run)));
  if (!run) throw new Error("no stage to run");
  return run;
}

/** Walkthrough B's application, as far as the configuration is concerned: no content file, another port. */
export const APPLICATION_B = {
  name: "app",
  image: "registry.example.com/group/app",
  port: 5000,
  probePath: "/",
  resources: { requests: { cpu: "50m", memory: "50Mi" }, limits: { cpu: "100m", memory: "100Mi" } },
};
