/**
 * What this machine is like, asked in a fraction of a second and in plain Node without dependencies: before anything
 * is downloaded, installed or built.
 */
import { execFile } from "node:child_process";
import { constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import {
  CLUSTER_PACKAGES,
  EDGE_PACKAGES,
  isAccessible,
  isInstalled,
  missingPackages,
} from "./debian-packages.mjs";
import { isAtLeast } from "./versions.mjs";

const TOOLS = join(import.meta.dirname, "..", "tools");
const GIB = 1024 ** 3;

/**
 * Inspects this machine.
 * @param stateDir folder that the environment's files will be in; need not exist
 */
export async function inspectMachine(stateDir, env = process.env) {
  const isOurs = process.platform === "linux" && process.getuid() === 0;
  const cache = cacheFolder(env);
  const tools = join(cache, "tools");
  const wantedGo = newestGo();
  const [hasNamespaces, hasCgroups, stateFree, cacheFree, missing, hasApt, go] = await Promise.all([
    isOurs && runs("unshare", ["--net", "--pid", "--mount", "--fork", "true"]),
    isOurs && haveWritableCgroups(),
    freeGibibytes(stateDir),
    freeGibibytes(cache),
    missingPackages({ ...CLUSTER_PACKAGES, ...EDGE_PACKAGES }, env),
    isInstalled("apt-get", env),
    goVersion(env),
  ]);
  const isBuilt = holds(tools, "kubernetes-");
  // Python is slow to start, and is asked only where Go would have to come from it.
  const needsPip = !isBuilt && !isAtLeast(go, wantedGo);
  const hasPip = holds(tools, "go-") || (needsPip && (await runs("python3", ["-c", "import pip"], env)));
  const user = { platform: process.platform, uid: process.getuid?.(), hasNamespaces, hasCgroups };
  const building = { isBuilt, go, wantedGo, hasPip };
  return { ...user, missing, hasApt, ...building, stateDir, stateFree, cache, cacheFree };
}

/** In every hierarchy that is mounted: several with version 1, one with version 2. */
async function haveWritableCgroups() {
  const mounts = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, , type]) => type === "cgroup" || type === "cgroup2")
    .map(([, point]) => point);
  const writable = await Promise.all(mounts.map((mount) => isAccessible(mount, constants.W_OK)));
  return mounts.length > 0 && writable.every(Boolean);
}

/** Of the file system that a folder is on, or will be. */
async function freeGibibytes(folder) {
  if (!existsSync(folder)) return freeGibibytes(dirname(folder));
  const { bavail, bsize } = await statfs(folder);
  return (bavail * bsize) / GIB;
}

/**
 * Where built and downloaded tools are kept, for all clones of a user: XDG Base Directory Specification, which has a
 * relative XDG_CACHE_HOME ignored.
 */
export function cacheFolder(env) {
  const base = env.XDG_CACHE_HOME;
  return join(base && isAbsolute(base) ? base : join(homedir(), ".cache"), "canary-stages");
}

function holds(folder, prefix) {
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(prefix));
}

async function runs(program, args, env = process.env) {
  return promisify(execFile)(program, args, { env }).then(
    () => true,
    () => false,
  );
}

async function goVersion(env) {
  const asked = promisify(execFile)("go", ["env", "GOVERSION"], { env: { ...env, GOTOOLCHAIN: "local" } });
  return asked.then(
    ({ stdout }) => stdout.trim().replace(/^go/, ""),
    () => undefined,
  );
}

/** The newest Go that any of the programs asks for. */
function newestGo() {
  const asked = readdirSync(TOOLS)
    .map((tool) => join(TOOLS, tool, "go.mod"))
    .filter((file) => existsSync(file))
    .flatMap((file) => /^go (\S+)$/m.exec(readFileSync(file, "utf8"))?.[1] ?? []);
  return asked.reduce((newest, version) => (isAtLeast(version, newest) ? version : newest), "1.0");
}
