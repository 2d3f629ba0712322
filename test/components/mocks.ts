import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import { setMockOptions } from "@pulumi/pulumi/runtime/settings.js";
import * as runtimeState from "@pulumi/pulumi/runtime/state.js";
import program from "../../src/index.ts";
import { kubeconfig, serveCluster } from "./cluster.ts";
import { revealed, secretPaths } from "./secrets.ts";

type Json = Record<string, unknown>;

/** Setting mock options switches every feature of the engine off; the SDK's types leave out how to set them. */
const runtime = runtimeState as unknown as { getStore(): { supportsSecrets: boolean } };

/** A resource as the program registered it. */
export interface Registered {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: Json;
  /** Paths of the inputs that are secrets. */
  readonly secrets: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Logical names of what it waits for. */
  readonly dependsOn: readonly string[];
  readonly hooks: readonly string[];
}

export interface StageRun {
  readonly resources: readonly Registered[];
  readonly outputs: Json;
}

export interface StageSetting {
  readonly stack: string;
  /** Values of the project's namespace, before they become JSON. */
  readonly config: Json;
  /** Objects of the cluster by API path; `/apis/…` group versions that it serves among them. */
  readonly cluster?: Readonly<Record<string, unknown>>;
  /** Outputs of other stacks by name; a stack that is not here was never applied. */
  readonly stacks?: Readonly<Record<string, Json>>;
  /** What providers add to resources, by their type. */
  readonly provides?: Readonly<Record<string, Json>>;
}

interface RegisterRequest {
  getParent(): string;
  getType(): string;
  getName(): string;
  getObject(): { toJavaScript(): unknown } | undefined;
  getProtect(): boolean | undefined;
  getRetainondelete(): boolean | undefined;
  getDependenciesList(): string[];
  getHooks(): { getBeforeCreateList(): string[]; getBeforeUpdateList(): string[] } | undefined;
}

/** The SDK's mock monitor, which also keeps the options of every resource. */
class RecordingMonitor extends MockMonitor {
  readonly registered: Registered[] = [];
  private readonly inputs = new Map<string, Json>();

  constructor(stacks: Readonly<Record<string, Json>>, provides: Readonly<Record<string, Json>>) {
    super({
      newResource: ({ type, name, inputs, custom }) => {
        this.inputs.set(`${type}::${name}`, revealed(inputs) as Json);
        return {
          id: custom ? `${name}-id` : "",
          state: { ...provided(type, inputs as Json), ...provides[type] },
        };
      },
      call: ({ token, inputs }) => {
        const stack = String((inputs as { name: string }).name.split("/").at(-1));
        if (token !== "pulumi:pulumi:readStackOutputs") throw new Error(`unexpected call of ${token}`);
        if (!stacks[stack]) throw new Error(`unknown stack ${stack}`);
        return { outputs: stacks[stack] };
      },
    });
  }

  override async registerResource(
    request: RegisterRequest,
    callback: (error: unknown, answer: unknown) => void,
  ) {
    await super.registerResource(request, (error: unknown, answer: { getUrn(): string }) => {
      const key = `${request.getType()}::${request.getName()}`;
      const hooks = request.getHooks();
      if (!error) {
        this.registered.push({
          urn: answer.getUrn(),
          type: request.getType(),
          name: request.getName(),
          inputs: this.inputs.get(key) ?? {},
          secrets: secretPaths(request.getObject()?.toJavaScript()),
          protect: request.getProtect() ?? false,
          retainOnDelete: request.getRetainondelete() ?? false,
          dependsOn: request.getDependenciesList().map((urn) => urn.split("::").at(-1) ?? urn),
          hooks: hooks ? [...hooks.getBeforeCreateList(), ...hooks.getBeforeUpdateList()] : [],
        });
      }
      callback(error, answer);
    });
  }

  registerResourceHook(_request: unknown, callback: (error: unknown, answer: unknown) => void): void {
    callback(null, {});
  }
}

/** What a provider would add: a token Secret is filled in. */
function provided(type: string, inputs: Json): Json {
  if (type === "kubernetes:core/v1:Secret") {
    return { ...inputs, data: { token: Buffer.from("deployer-token").toString("base64") } };
  }
  return inputs;
}

/** Runs the program as one stage, with the SDK's mocks as the engine and a small server as the cluster. */
export async function runStage(setting: StageSetting): Promise<StageRun> {
  const cluster = await serveCluster(setting.cluster ?? {});
  const folder = await mkdtemp(join(tmpdir(), "canary-stages-"));
  const file = join(folder, "kubeconfig");
  await writeFile(file, kubeconfig(cluster));
  try {
    const config = withKubeconfig(setting.config, file);
    const values = Object.entries(config).map(([key, value]) => [
      `canary-stages:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    pulumi.runtime.setAllConfig(Object.fromEntries(values));
    const stacks = Object.fromEntries(
      Object.entries(setting.stacks ?? {}).map(([name, outputs]) => [
        name,
        "deployerKubeconfig" in outputs ? { ...outputs, deployerKubeconfig: kubeconfig(cluster) } : outputs,
      ]),
    );
    const monitor = new RecordingMonitor(stacks, setting.provides ?? {});
    await pulumi.runtime.setMocks(monitor.mocks, "canary-stages", setting.stack, false, "organization");
    setMockOptions(monitor, "canary-stages", setting.stack, false, "organization");
    runtime.getStore().supportsSecrets = true;
    const outputs = await program();
    await pulumi.runtime.disconnect();
    return { resources: monitor.registered, outputs: outputs as unknown as Json };
  } finally {
    cluster.close();
    await rm(folder, { recursive: true });
  }
}

function withKubeconfig(config: Json, file: string): Json {
  const cluster = config.cluster as Json | undefined;
  return cluster?.kind === "kubeconfig" ? { ...config, cluster: { ...cluster, kubeconfig: file } } : config;
}
