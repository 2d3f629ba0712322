/** What is installed for a program. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Package {
  readonly name: string;
  readonly version: string;
}

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifest(directory: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  } catch {
    return undefined;
  }
}

/** The program's direct dependencies, at the versions that are installed (as asked for, where they are not). */
export function dependencies(directory: string): Package[] {
  return Object.entries(manifest(directory)?.dependencies ?? {}).map(([name, range]) => ({
    name,
    version: manifest(join(directory, "node_modules", name))?.version ?? range,
  }));
}

/**
 * The provider plugins to have before the program runs. Only Kubernetes: the engine would download all others that
 * are installed, at every start, and gets them by itself when a resource needs one.
 */
export function requiredProviders(directory: string): Package[] {
  return dependencies(directory)
    .filter(({ name }) => name === "@pulumi/kubernetes")
    .map(({ version }) => ({ name: "kubernetes", version }));
}
