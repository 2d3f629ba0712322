import { execa } from "execa";
import type { KubernetesApi } from "../../src/cluster/api.ts";
import type { PerTrack } from "../../src/model/traffic.ts";

/** What every round measures on: a project at its first stage, and the access to its cluster. */
export interface Fixture {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly kubeconfig: string;
  readonly context: string;
  readonly namespace: string;
  readonly deployments: PerTrack<string>;
  readonly api: KubernetesApi;
  /** The kubectl to compare with; undefined where there is none. */
  readonly kubectl: string | undefined;
}

/** Runs a program in the project's folder. @returns what it prints */
export async function run(
  { directory, environment }: Fixture,
  program: string,
  words: readonly string[],
  input?: string,
): Promise<string> {
  const options = { cwd: directory, env: environment, ...(input !== undefined && { input }) };
  return (await execa(program, words, options)).stdout;
}
