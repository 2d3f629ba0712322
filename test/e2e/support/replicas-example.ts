import { cp, mkdir, mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import { Agent, get } from "node:http";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { execa } from "execa";
import { parseDocument } from "yaml";
import { localOperator } from "../../../local/environment/operator.ts";
import { backendUrl } from "../../../local/environment/workspace.ts";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import type { Operator } from "../../../src/operations/operator.ts";
import { environment, type PulumiResult } from "./environment.ts";

/** What `main: ../..` has to find. */
const PROGRAM = ["package.json", "tsconfig.json", "node_modules", "src"];
const NAMESPACE = "replicas-example";

/** A copy of examples/replicas, its files as they are, where they find the program as the originals do. */
export interface Example {
  readonly directory: string;
  operator(): Promise<Operator>;
  /** The Pulumi CLI as it is typed in a shell, with the local cluster's kubeconfig in KUBECONFIG. */
  pulumi(...args: string[]): Promise<PulumiResult>;
  /** Sets a value of Pulumi.yaml or of a stage's file; makes the file where there is none. */
  set(file: string, key: string, value: unknown): Promise<void>;
}

export async function copyExample(): Promise<Example> {
  const { stateDir, kubeconfig, context, path } = environment();
  const checkout = await mkdtemp(join(stateDir, "replicas-"));
  await Promise.all(PROGRAM.map((name) => symlink(join(PROJECT_ROOT, name), join(checkout, name))));
  const directory = join(checkout, "examples", "replicas");
  await cp(join(PROJECT_ROOT, "examples", "replicas"), directory, { recursive: true });
  const backend = join(directory, "backend");
  await mkdir(backend);
  const variables = {
    PATH: path,
    KUBECONFIG: kubeconfig,
    PULUMI_BACKEND_URL: backendUrl(backend),
    PULUMI_CONFIG_PASSPHRASE: "only for this test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  // Inline programs read their kubeconfig in this process.
  process.env.KUBECONFIG = kubeconfig;
  const workspace = { directory, environment: variables };
  return {
    directory,
    operator: () => localOperator({ workspace, cluster: { kubeconfig, context } }),
    pulumi: async (...args) => {
      const { exitCode, all } = await execa("pulumi", [...args, "--non-interactive", "--color", "never"], {
        cwd: directory,
        env: variables,
        all: true,
        reject: false,
      });
      return { exitCode, output: all };
    },
    set: async (file, key, value) => {
      const name = join(directory, file);
      const document = parseDocument(await readFile(name, "utf8").catch(() => "config: {}"));
      const isProject = file === "Pulumi.yaml";
      document.setIn(
        isProject ? ["config", key, "value"] : ["config", `canary-stages-replicas:${key}`],
        value,
      );
      await writeFile(name, document.toString());
    },
  };
}

const LOOK_MS = 100;

interface Endpoint {
  readonly conditions?: { readonly ready?: boolean };
  readonly targetRef?: { readonly name?: string };
}

interface EndpointSlice {
  readonly endpoints?: readonly Endpoint[] | null;
}

/** What a watch over the pods of a Service has seen. */
export interface ReadyPods {
  /** The fewest that were ready at one look. */
  readonly lowest: number;
  /** Every endpoint at that look: a failure has to say which pods were there. */
  readonly endpoints: readonly string[];
  readonly looks: number;
}

/** Watches how many pods the Service has ready, from now until it is told to stop. */
export function watchReadyPods(api: KubernetesApi): { stop(): Promise<ReadyPods> } {
  const selector = encodeURIComponent("kubernetes.io/service-name=app");
  const path = `/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices?labelSelector=${selector}`;
  let stopped = false;
  const watching = (async () => {
    let lowest: Omit<ReadyPods, "looks"> = { lowest: Number.POSITIVE_INFINITY, endpoints: [] };
    let looks = 0;
    while (!stopped) {
      const slices = await api.list<EndpointSlice>(path);
      const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
      const ready = endpoints.filter(({ conditions }) => conditions?.ready).length;
      if (ready < lowest.lowest) lowest = { lowest: ready, endpoints: endpoints.map(endpointText) };
      looks++;
      await setTimeout(LOOK_MS);
    }
    return { ...lowest, looks };
  })();
  return {
    stop: () => {
      stopped = true;
      return watching;
    },
  };
}

const endpointText = ({ targetRef, conditions }: Endpoint): string =>
  `${targetRef?.name} ${JSON.stringify(conditions)}`;

/** Versions that so many requests on one kept-alive connection get. */
export async function askOnOneConnection(url: string, requests: number): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const versions: string[] = [];
  for (let index = 0; index < requests; index++) versions.push(await textOf(url, agent));
  agent.destroy();
  return versions;
}

function textOf(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("end", () => resolve(text.trim()));
      answer.on("error", reject);
    }).on("error", reject);
  });
}
