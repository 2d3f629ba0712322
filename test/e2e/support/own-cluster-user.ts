import {
  chown,
  cp,
  lchown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { cacheDir } from "../../../local/engine/cache.ts";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { environment } from "./environment.ts";

/** A number without an entry in /etc/passwd: Pulumi takes the home folder from there before it looks at HOME. */
const UID = 54_321;

/** Somebody without root, with a clone of this project, the tools on PATH, and a kubeconfig of a cluster. */
export interface User {
  readonly checkout: string;
  readonly kubeconfig: string;
  /** A command as this user types it in the clone. */
  start(command: readonly string[], env?: Readonly<Record<string, string>>): ReturnType<typeof run>;
  remove(): Promise<void>;
}

/** @param kubeconfig text of the only one that the user has */
export async function makeUser(kubeconfig: string): Promise<User> {
  const home = await mkdtemp(join(tmpdir(), "own-cluster-user-"));
  const checkout = join(home, "canary-stages");
  await copyCheckout(checkout);
  const path = await copyTools(join(home, "tools"));
  const file = join(home, "kubeconfig");
  await writeFile(file, kubeconfig, { mode: 0o600 });
  await give(home);
  return {
    checkout,
    kubeconfig: file,
    start: (command, env = {}) =>
      run(command, checkout, { HOME: home, USER: "somebody", PATH: path, ...env }),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

function run(command: readonly string[], cwd: string, env: Readonly<Record<string, string>>) {
  const [file = "", ...args] = command;
  return execa(file, args, {
    cwd,
    env,
    extendEnv: false,
    uid: UID,
    gid: UID,
    // A group of its own, as a terminal's job is.
    detached: true,
    stdin: "ignore",
    all: true,
    reject: false,
  });
}

/** The files as they are now, committed or not; dependencies as they are installed. */
async function copyCheckout(to: string): Promise<void> {
  const git = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  const { stdout } = await execa("git", git, { cwd: PROJECT_ROOT });
  for (const name of stdout.split("\0").filter((found) => found !== "")) {
    const target = join(to, name);
    await mkdir(dirname(target), { recursive: true });
    await cp(join(PROJECT_ROOT, name), target).catch((error: NodeJS.ErrnoException) => {
      // Deleted, and not committed yet.
      if (error.code !== "ENOENT") throw error;
    });
  }
  await symlink(join(PROJECT_ROOT, "node_modules"), join(to, "node_modules"));
}

/** Engine and plugins, which root's own cache keeps from others. */
async function copyTools(to: string): Promise<string> {
  const folders = environment().path.split(delimiter);
  const copies = folders.map(async (folder, index) => {
    if (!folder.startsWith(cacheDir())) return folder;
    const copy = join(to, String(index));
    await cp(folder, copy, { recursive: true, dereference: true });
    return copy;
  });
  return (await Promise.all(copies)).join(delimiter);
}

async function give(folder: string): Promise<void> {
  await chown(folder, UID, UID);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await give(path);
    else await lchown(path, UID, UID);
  }
}

/** The report that a walk on somebody's own cluster wrote. */
export async function ownReport({ checkout }: User): Promise<unknown> {
  return JSON.parse(await readFile(join(checkout, "reports", "own-cluster.json"), "utf8"));
}
