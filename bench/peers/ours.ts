import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { backendUrl } from "../../local/environment/workspace.ts";
import { CANARY, PROJECT_ROOT } from "../../local/paths.ts";
import { startTimeOf } from "../../local/process/procfs.ts";
import type { ProcessIdentity } from "../../src/process/procfs.ts";
import { type Contender, SHARES, type Share, type Version } from "./contender.ts";
import { type OwnRouter, settingsOf } from "./settings/ours.ts";
import { variablesOf } from "./workload.ts";
import type { World } from "./world.ts";

const PROJECT = "peers";
/** Codes of a command that did what a release comes to: all of it, held, or harm found and taken out. */
const EXIT = { done: 0, held: 5, harm: 6 } as const;

/** Where a contender stands, and how traffic gets to it. */
export type Place = Pick<Contender, "namespace" | "entrance" | "split">;

/**
 * This program, as it is typed: each action is a `canary` command.
 * @param judged whether the gate leads a release through all shares by itself
 */
export async function ours(
  router: OwnRouter,
  place: Place,
  world: World,
  judged: boolean,
): Promise<Contender> {
  const { environment, stateDir } = world;
  // A turn before has left its stacks, of a cluster's objects that are gone.
  const directory = await mkdtemp(join(stateDir, `${place.namespace}-`));
  const backend = join(directory, "backend");
  await mkdir(backend);
  const settings = settingsOf(router, place.namespace, world, judged);
  const write = (name: string, content: object) => writeFile(join(directory, name), stringify(content));
  const example = parse(
    await readFile(join(PROJECT_ROOT, "examples", "replicas", "Pulumi.yaml"), "utf8"),
  ) as { readonly config: object };
  let [stable, canary]: [Version | undefined, Version | undefined] = [undefined, undefined];
  const running = new Set<ProcessIdentity>();

  async function writeProject(): Promise<void> {
    const versions = [stable, canary].flatMap((version) => (version ? [version] : []));
    await write("Pulumi.yaml", {
      ...example,
      name: PROJECT,
      main: PROJECT_ROOT,
      config: {
        ...example.config,
        ...settings.project,
        release: { value: { previous: stable?.name, canary: canary?.name } },
        versions: {
          value: Object.fromEntries(
            versions.map((version) => [version.name, { image: version.tag, env: variablesOf(version) }]),
          ),
        },
      },
    });
  }

  async function command(expected: readonly number[], ...words: string[]): Promise<void> {
    const child = execa(process.execPath, [CANARY, ...words, "--yes"], {
      cwd: directory,
      env: { ...environment.workspace.environment, PULUMI_BACKEND_URL: backendUrl(backend) },
      reject: false,
      stdin: "ignore",
      all: true,
    });
    const pid = child.pid ?? 0;
    const identity = { pid, startTime: startTimeOf(pid) ?? "" };
    running.add(identity);
    const { exitCode, all } = await child;
    running.delete(identity);
    await writeFile(join(directory, "last-command.log"), all);
    if (expected.includes(exitCode ?? -1)) return;
    throw new Error(`canary ${words.join(" ")} ended with ${exitCode}:\n${all}`);
  }

  const promote = (to: Share) => command([EXIT.done], "promote", `canary-${to}`, "--no-verify");
  return {
    ...place,
    name: router,
    found: async (version) => {
      for (const share of [0, ...SHARES]) {
        await write(`Pulumi.canary-${share}.yaml`, {
          config: {
            [`${PROJECT}:traffic`]: { previous: 100 - share, canary: share },
            [`${PROJECT}:replicas`]: settings.replicasAt(share),
          },
        });
      }
      const { context, kubeconfig } = environment.cluster;
      await write("Pulumi.foundation.yaml", {
        config: { [`${PROJECT}:cluster`]: { kind: "kubeconfig", context, kubeconfig } },
      });
      // A first release brings the version that is live beside it; that it goes is what leaves this version alone.
      [stable, canary] = [version, { ...version, name: `${version.name}-beside` }];
      await writeProject();
      await command([EXIT.done], "foundation");
      await command([EXIT.done], "promote", "canary-25", "--no-verify", ...(judged ? ["--no-gate"] : []));
      await command([EXIT.done], "abort", "--no-verify", "--reason", "brought up");
    },
    release: async (version) => {
      canary = version;
      await writeProject();
      if (!judged) return promote(SHARES[0]);
      return command(Object.values(EXIT), "promote", "--to", "canary-100", "--no-verify");
    },
    advance: async (to) => {
      await promote(to);
      if (to === 100) stable = canary;
    },
    abort: () => command([EXIT.done], "abort", "--no-verify", "--reason", "bench"),
    settle: async () => undefined,
    kill: async () => {
      // The command alone, as a machine's memory or a terminal takes it; its engine is found dead, or ended by the next one.
      for (const { pid } of running) process.kill(pid, "SIGKILL");
    },
    resume: (to) => promote(to),
    processes: () => [...running],
  };
}
