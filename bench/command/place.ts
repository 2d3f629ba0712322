import { execa } from "execa";
import type { KubernetesApi } from "../../src/cluster/api.ts";

/** A project at its first stage, and what reaches its cluster. */
export interface Place {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly kubeconfig: string;
  readonly context: string;
  readonly namespace: string;
  readonly api: KubernetesApi;
  /** Undefined where there is none to compare with. */
  readonly kubectl: string | undefined;
}

/** Runs a program in the project's folder. @returns what it prints */
export async function run(
  { directory, environment }: Place,
  program: string,
  words: readonly string[],
  input?: string,
): Promise<string> {
  const options = { cwd: directory, env: environment, ...(input !== undefined && { input }) };
  return (await execa(program, words, options)).stdout;
}
