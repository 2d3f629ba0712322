import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Config } from "../../../src/config/stage.ts";
import { type RecordData, toData } from "../../../src/model/record.ts";
import { stageConfig } from "../../../src/routers/config.ts";
import { WAITING } from "../../../src/routers/waiting.ts";
import type { Registered, StageRun, StageSetting } from "./mocks.ts";

export type Json = Record<string, unknown>;
export type Labels = Record<string, string>;

const folder = new URL("../../../examples/replicas/", import.meta.url);
const NAMESPACE = "replicas-example";

function valuesOf(file: string): Json {
  const { config } = parse(readFileSync(new URL(file, folder), "utf8")) as { config: Json };
  const own = Object.entries(config).filter(([key]) => !key.startsWith("pulumi:"));
  return Object.fromEntries(
    own.map(([key, value]) => [
      key.replace(/^.*:/, ""),
      (value as { value?: unknown } | undefined)?.value ?? value,
    ]),
  );
}

/** Configuration of a stage of examples/replicas, with some of its values changed. */
export function exampleStage(stack: string, changed: Json = {}): Json {
  const stage = valuesOf(`Pulumi.${stack}.yaml`);
  const cluster = "cluster" in stage && { cluster: { kind: "kubeconfig", context: "test" } };
  return { ...valuesOf("Pulumi.yaml"), ...stage, ...cluster, ...changed };
}

/** The same, parsed. */
export function exampleConfig(stack: string, changed: Json = {}): Config {
  return stageConfig(exampleStage(stack, changed));
}

/** A stage after another one: its stack, its configuration, and what it finds in the cluster. */
export function stageAfter(
  live: { stage: string; canary: number; pods: { main: number; canary: number } },
  stack: string,
  changed: Json = {},
): StageSetting {
  const release = { previous: "1.0.0", canary: "2.0.0" };
  const reached = live.stage === "canary-100" ? ["canary-10", "canary-100"] : [live.stage];
  const data: RecordData = toData({
    stage: live.stage,
    release,
    intended: { previous: 100 - live.canary, canary: live.canary },
    effectiveCanary: live.canary,
    reached,
    liveVersion: live.canary === 100 ? release.canary : release.previous,
    override: "",
  });
  const deployment = (replicas: number, labels: Labels = {}) => ({
    spec: { replicas, template: { metadata: { labels } } },
  });
  const isWaiting = live.canary === 0 && live.pods.canary > 0;
  return {
    stack,
    config: exampleStage(stack.startsWith("canary-0") ? "canary-10" : stack, changed),
    cluster: {
      [`/api/v1/namespaces/${NAMESPACE}/configmaps/app-release`]: { data },
      [`/apis/apps/v1/namespaces/${NAMESPACE}/deployments/app`]: deployment(live.pods.main),
      [`/apis/apps/v1/namespaces/${NAMESPACE}/deployments/app-canary`]: deployment(
        live.pods.canary,
        isWaiting ? WAITING : {},
      ),
    },
  };
}

/** The one object of a kind and name. */
export function objectOf(run: StageRun, kind: string, name: string): Registered {
  const found = run.resources.filter(({ type, inputs }) => {
    const { metadata } = inputs as { metadata?: { name?: string } };
    return type.endsWith(`:${kind}`) && metadata?.name === name;
  });
  assert.equal(found.length, 1, `${kind} ${name}: ${found.length} of them`);
  return found[0] as Registered;
}

interface DeploymentSpec {
  readonly replicas: number;
  readonly template: {
    readonly metadata: { readonly labels: Labels };
    readonly spec: { readonly containers: readonly { readonly image: string; readonly resources: Json }[] };
  };
}

/** What a Deployment runs, in short. */
export function podsOf(run: StageRun, name: string) {
  const { replicas, template } = objectOf(run, "Deployment", name).inputs.spec as DeploymentSpec;
  const [container] = template.spec.containers;
  return {
    replicas,
    image: container?.image,
    labels: template.metadata.labels,
    resources: container?.resources,
  };
}

/** What a Service selects. */
export function selectorOf(run: StageRun, name: string): Labels {
  return (objectOf(run, "Service", name).inputs.spec as { selector: Labels }).selector;
}

/** Labels that a Deployment selects. */
export function selectedBy(run: StageRun, name: string): Labels {
  return (objectOf(run, "Deployment", name).inputs.spec as { selector: { matchLabels: Labels } }).selector
    .matchLabels;
}

/** Whether one object waits for another, by what each component waits for. */
export function waitsFor(run: StageRun, component: string, other: string): boolean {
  const found = run.resources.find(
    ({ type, name }) => type.startsWith("canary-stages:") && name === component,
  );
  assert.ok(found, `there is no component ${component}`);
  return found.dependsOn.includes(other);
}
