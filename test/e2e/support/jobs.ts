import { copyFile, mkdir, mkdtemp, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { environment, type PulumiResult, type TestProject } from "./environment.ts";

/** What a job finds: a folder of its own, and a home folder in which nobody ever signed in anywhere. */
export interface Checkout {
  readonly folder: string;
  readonly home: string;
}

/** The project's files as they are committed, with dependencies installed; nothing of an earlier job is in it. */
export async function checkout({ workspace }: TestProject): Promise<Checkout> {
  const job = await mkdtemp(join(environment().stateDir, "job-"));
  const made = { folder: join(job, "project"), home: join(job, "home") };
  await Promise.all([made.folder, made.home].map((folder) => mkdir(folder)));
  const files = (await readdir(workspace.directory)).filter((name) => name.endsWith(".yaml"));
  await Promise.all([
    ...files.map((name) => copyFile(join(workspace.directory, name), join(made.folder, name))),
    // The command as well, a script of package.json.
    ...["policy", "node_modules", "package.json", "src"].map((name) =>
      symlink(join(PROJECT_ROOT, name), join(made.folder, name)),
    ),
  ]);
  return made;
}

/** Runs commands as pipelines do, each only when the one before succeeded, with these variables and no others. */
export async function shell(
  { folder, home }: Checkout,
  commands: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<PulumiResult> {
  const { exitCode, all } = await execa("bash", ["-euo", "pipefail", "-c", commands.join("\n")], {
    cwd: folder,
    env: { HOME: home, PATH: environment().path, ...variables },
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
  });
  return { exitCode, output: all };
}
