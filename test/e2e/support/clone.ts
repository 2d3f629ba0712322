import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { execa, type Options, type ResultPromise } from "execa";
import { PROJECT_ROOT } from "../../../local/paths.ts";

/** What a clone does not have, and what is too large to be copied file by file. */
const LEFT_OUT = [".git", ".local", ".local-context", "coverage", "node_modules", "reports"];

/** The project in another folder, with a cache of its own that has the built tools and nothing else. */
export interface Clone {
  readonly folder: string;
  readonly stateDir: string;
  /** Starts `npm` in it as a user with that umask types it. */
  npm(umask: string, ...words: string[]): Typed;
  /** Runs lines of a shell in it. */
  shell(lines: string): Typed;
  remove(): Promise<void>;
}

type Typed = ResultPromise<{ reject: false; all: true; stdin: "ignore" }>;

/**
 * Copies the project, dependencies included and without a link to where it came from.
 * @param name of the folder; longer where its path has fewer characters than `length`
 */
export async function makeClone(name: string, length: number): Promise<Clone> {
  const place = await mkdtemp(join(tmpdir(), "clone-"));
  const folder = join(place, name).padEnd(length, "x");
  await cp(PROJECT_ROOT, folder, { recursive: true, filter: (path) => !isLeftOut(path) });
  const modules = (how: string[]) =>
    execa("cp", ["--archive", ...how, join(PROJECT_ROOT, "node_modules"), join(folder, "node_modules")]);
  // Hard links: the same files at other paths. Not possible from one disk to another.
  await modules(["--link"]).catch(() => modules([]));
  const cache = join(place, "cache");
  await borrowTools(cache);
  const options = {
    cwd: folder,
    env: { XDG_CACHE_HOME: cache },
    reject: false,
    all: true,
    stdin: "ignore",
  } as const satisfies Options;
  return {
    folder,
    stateDir: join(folder, ".local"),
    npm: (umask, ...words) =>
      execa("bash", ["-c", `umask ${umask}; exec npm "$@"`, "npm", ...words], options),
    shell: (lines) => execa("bash", ["-euc", lines], options),
    remove: () => rm(place, { recursive: true }),
  };
}

function isLeftOut(path: string): boolean {
  return dirname(path) === PROJECT_ROOT && LEFT_OUT.includes(basename(path));
}

/** The tools and Go's own cache are what takes minutes; images and plugins are made anew. */
async function borrowTools(cache: string): Promise<void> {
  const usual = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  await mkdir(join(cache, "canary-stages"), { recursive: true });
  for (const name of ["go-build", "canary-stages/tools", "canary-stages/vendor"])
    await symlink(join(usual, name), join(cache, name));
}
