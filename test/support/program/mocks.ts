import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { setMockOptions } from "@pulumi/pulumi/runtime/settings.js";
import * as runtimeState from "@pulumi/pulumi/runtime/state.js";
import stageProgram from "../../../src/index.ts";
import type { Abort } from "../../../src/model/record.ts";
import { ownIdentity } from "../../../src/process/identity.ts";
import { scratchFolder } from "../../../src/process/scratch.ts";
import { program } from "../../../src/program/program.ts";
import type { Routers } from "../../../src/routers/router.ts";
import { type FakeCluster, kubeconfig, serveCluster } from "./cluster.ts";
import { RecordingMonitor, type Registered } from "./monitor.ts";
import { secretPaths } from "./secrets.ts";

export type { Registered } from "./monitor.ts";

type Json = Record<string, unknown>;

/** Setting mock options switches every feature of the engine off; the SDK's types leave out how to set them. */
const runtime = runtimeState as unknown as { getStore(): { supportsSecrets: boolean } };

export interface StageRun {
  /** Address, certificate, the kubeconfig's file and who applies it are CLUSTER, CERTIFICATE, KUBECONFIG and WRITER in here. */
  readonly resources: readonly Registered[];
  readonly outputs: Json;
  /** Outputs of components that are secrets, as `NAME.output`. */
  readonly secretOutputs: readonly string[];
  /** What the program told its operator. */
  readonly warnings: readonly string[];
}

export interface StageSetting {
  readonly stack: string;
  /** Values of the project's namespace, before they become JSON. */
  readonly config: Json;
  /** Objects of the cluster by API path; `/apis/…` group versions that it serves among them. */
  readonly cluster?: Readonly<Record<string, unknown>>;
  /** Outputs of other stacks by name; without it those of an applied foundation. One that is not here was never applied. */
  readonly stacks?: Readonly<Record<string, Json>>;
  /** Whoever runs the program has read the foundation's outputs, and hands them over. */
  readonly handsOver?: boolean;
  /** Folder with Pulumi.yaml, for files beside it. */
  readonly directory?: string;
  /** Those that the configuration can name; without it the project's own. */
  readonly routers?: Routers;
  /** With that: who takes the canary out, and why. */
  readonly abort?: Abort;
  /** What providers add to resources, by their type. */
  readonly provides?: Readonly<Record<string, Json>>;
  /** Changes the kubeconfig that names the cluster. */
  readonly editKubeconfig?: (text: string) => string;
  /** Nobody listens at the cluster's address. */
  readonly unreachable?: boolean;
}

interface Attempt {
  readonly run: StageRun;
  readonly error: unknown;
}

/** Outputs of the foundation once it was applied; the harness puts its own kubeconfig there. */
const FOUNDED = { foundation: { deployerKubeconfig: "the harness's own" } };

/** Runs the program as one stage, with the SDK's mocks as the engine and a small server as the cluster. */
export async function runStage(setting: StageSetting): Promise<StageRun> {
  const { run, error } = await attemptStage(setting);
  if (error !== undefined) throw error;
  return run;
}

/** The text with which a stage is refused; fails when it is not, or when anything was registered before. */
export async function refusalOf(setting: StageSetting): Promise<string> {
  const { run, error } = await attemptStage(setting);
  assert.ok(error instanceof pulumi.RunError, `no refusal: ${String(error)}`);
  assert.deepEqual(run.resources, [], "something was registered before the refusal");
  return error.message;
}

async function attemptStage(setting: StageSetting): Promise<Attempt> {
  const cluster = await serveCluster(setting.cluster ?? {});
  if (setting.unreachable) cluster.close();
  const folder = await scratchFolder("canary-stages-test");
  const file = join(folder, "kubeconfig");
  await writeFile(file, (setting.editKubeconfig ?? String)(kubeconfig(cluster)));
  const log = collectWarnings();
  try {
    pulumi.runtime.setAllConfig(configValues(withKubeconfig(setting.config, file)));
    const monitor = await mockedEngine(setting, cluster);
    let outputs: Json = {};
    let error: unknown;
    try {
      const foundation = { deployerKubeconfig: kubeconfig(cluster), edgeAddress: undefined };
      const { handsOver, abort, routers, directory } = setting;
      const isKnown = handsOver || routers || directory;
      const known = { foundation: handsOver ? foundation : undefined, abort, routers, directory };
      outputs = { ...(await (isKnown ? program(known) : stageProgram())) };
    } catch (thrown) {
      error = thrown;
    }
    await pulumi.runtime.disconnect();
    const resources = stable(monitor.registered, cluster, file);
    return {
      run: { resources, outputs, secretOutputs: secretOutputsOf(monitor), warnings: log.warnings },
      error,
    };
  } finally {
    log.end();
    if (!setting.unreachable) cluster.close();
    await rm(folder, { recursive: true });
  }
}

async function mockedEngine(setting: StageSetting, cluster: FakeCluster): Promise<RecordingMonitor> {
  const stacks = Object.fromEntries(
    Object.entries(setting.stacks ?? FOUNDED).map(([name, outputs]) => [
      name,
      "deployerKubeconfig" in outputs ? { ...outputs, deployerKubeconfig: kubeconfig(cluster) } : outputs,
    ]),
  );
  const monitor = new RecordingMonitor(stacks, setting.provides ?? {});
  await pulumi.runtime.setMocks(monitor.mocks, "canary-stages", setting.stack, false, "organization");
  setMockOptions(monitor, "canary-stages", setting.stack, false, "organization");
  runtime.getStore().supportsSecrets = true;
  return monitor;
}

/** Stack configuration as the engine passes it on: texts, JSON where they are objects. */
function configValues(config: Json): Record<string, string> {
  const values = Object.entries(config).map(([key, value]) => [
    `canary-stages:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(values);
}

function withKubeconfig(config: Json, file: string): Json {
  const cluster = config.cluster as Json | undefined;
  return cluster?.kind === "kubeconfig" ? { ...config, cluster: { ...cluster, kubeconfig: file } } : config;
}

/** Without an engine, the SDK writes its log to the console. */
function collectWarnings() {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: unknown) => warnings.push(String(text).replace(/^warning: (\[runtime\] )?/, ""));
  return {
    warnings,
    end: () => {
      console.warn = warn;
    },
  };
}

/** Without what differs from run to run. */
function stable(resources: readonly Registered[], cluster: FakeCluster, file: string): readonly Registered[] {
  const text = JSON.stringify(resources)
    .replaceAll(cluster.url, "CLUSTER")
    .replaceAll(cluster.certificate, "CERTIFICATE")
    .replaceAll(file, "KUBECONFIG")
    .replaceAll(ownIdentity().who, "WRITER");
  return JSON.parse(text) as Registered[];
}

function secretOutputsOf({ componentOutputs }: RecordingMonitor): string[] {
  return [...componentOutputs].flatMap(([urn, outputs]) =>
    secretPaths(outputs).map((path) => `${urn.split("::").at(-1)}.${path}`),
  );
}
