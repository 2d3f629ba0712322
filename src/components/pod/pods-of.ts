import type * as k8s from "@pulumi/kubernetes";
import { hooksOf } from "../../config/app/container-list.ts";
import type { AppConfig } from "../../config/app.ts";
import { hookRun } from "./hook.ts";
import { podSpec } from "./pod.ts";

type PodSpec = k8s.types.input.core.v1.PodSpec;

/** The pods of an application as its stages make them, but for what is in a version: its files, secrets and image. */
export interface PodsOfApp {
  /** A pod of either track. */
  readonly served: PodSpec;
  readonly hooks: readonly PodSpec[];
}

export function podsOf(app: AppConfig): PodsOfApp {
  const plan = {
    ...{ name: app.name, version: "", image: "", replicas: 1 },
    ...{ identity: {}, labels: {}, annotations: {}, effectiveShare: 0 },
  };
  const material = { app, files: [], secrets: undefined };
  const hooks = hooksOf(app).flatMap(
    ({ name }) => hookRun(name, { ...material, version: "", tag: "" })?.job ?? [],
  );
  return {
    served: podSpec({ ...material, plan }),
    hooks: hooks.map(({ spec }) => (spec as { template: { spec: PodSpec } }).template.spec),
  };
}
