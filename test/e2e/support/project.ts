import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa, type ResultPromise } from "execa";
import { parse, stringify } from "yaml";
import { CANARY } from "../../../local/paths.ts";
import { type Loopback, listenOnLoopback } from "../../support/loopback.ts";
import { environment, type TestProject } from "./environment.ts";

export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command as it is typed in the project's folder, where nobody can be asked. */
export function startCanary(
  { workspace }: Pick<TestProject, "workspace">,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  options: { readonly detached?: boolean } = {},
): ResultPromise<{ reject: false; stdin: "ignore" }> {
  return execa(process.execPath, [CANARY, ...words], {
    cwd: workspace.directory,
    env: { ...workspace.environment, ...env },
    reject: false,
    stdin: "ignore",
    ...options,
  });
}

export async function canary(project: Pick<TestProject, "workspace">, ...words: string[]): Promise<Ended> {
  const { exitCode, stdout, stderr } = await startCanary(project, words);
  return { exitCode, stdout, stderr };
}

/** A way to the API server that can be cut, and a kubeconfig that leads through it. */
export interface Cable {
  readonly kubeconfig: string;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

interface KubeconfigFile {
  readonly clusters: readonly { readonly cluster: { server: string; "tls-server-name"?: string } }[];
}

/** Lays a cable from a free port of this machine to the cluster's API server. */
export async function layCable(folder: string): Promise<Cable> {
  const config = parse(await readFile(environment().kubeconfig, "utf8")) as KubeconfigFile;
  const cluster = config.clusters[0]?.cluster;
  if (!cluster) throw new Error("the environment's kubeconfig has no cluster");
  const target = new URL(cluster.server);
  const port = await freePort();
  cluster.server = `https://127.0.0.1:${port}`;
  cluster["tls-server-name"] = target.hostname;
  const kubeconfig = join(folder, "cable.kubeconfig");
  await writeFile(kubeconfig, stringify(config));
  let open: Loopback | undefined;
  const mend = async (): Promise<void> => {
    const server = createServer((near) => {
      const far = createConnection({ host: target.hostname, port: Number(target.port) });
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        from.pipe(to);
        from.on("error", () => to.destroy());
        from.on("close", () => to.destroy());
      }
    });
    open = await listenOnLoopback(server, port);
  };
  await mend();
  return {
    kubeconfig,
    mend,
    cut: async () => open?.close(),
  };
}

async function freePort(): Promise<number> {
  const { port, close } = await listenOnLoopback(createServer());
  await close();
  return port;
}

/** Locks a stack in the file backend as an engine on another machine does. */
export async function lockStack(
  { workspace }: Pick<TestProject, "workspace">,
  stack: string,
): Promise<string> {
  const backend = fileURLToPath(workspace.environment.PULUMI_BACKEND_URL ?? "");
  const stacks = join(backend, ".pulumi", "stacks");
  const [project = ""] = await readdir(stacks);
  const folder = join(backend, ".pulumi", "locks", "organization", project, stack);
  await mkdir(folder, { recursive: true });
  const file = join(folder, "00000000-0000-0000-0000-000000000000.json");
  const lock = { pid: 4711, username: "bob", hostname: "elsewhere", timestamp: "2026-01-02T03:04:05Z" };
  await writeFile(file, JSON.stringify(lock));
  return file;
}
