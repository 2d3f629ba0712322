/**
 * What this machine is like, asked in a fraction of a second and in plain Node without dependencies: before anything
 * is downloaded, installed or built.
 */
import { execFile } from "node:child_process";
import { constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { promisify } from "node:util";

const TOOLS = join(import.meta.dirname, "tools");
const GIB = 1024 ** 3;

/** Folders of programs for root, which a user's PATH may lack. */
const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"];

/** A file that must be there (a bare name: on PATH), and the Debian package that has it. */
export const CLUSTER_PACKAGES = {
  containerd: "containerd",
  ctr: "containerd",
  runc: "runc",
  etcd: "etcd-server",
  "/usr/lib/cni/bridge": "containernetworking-plugins",
  iptables: "iptables",
  openssl: "openssl",
  tini: "tini",
  ip: "iproute2",
  apache2: "apache2-bin",
};

export const EDGE_PACKAGES = { "/usr/sbin/haproxy": "haproxy" };

/** What this machine is like, as far as it matters. */
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
  // Python is slow to start: whoever needs no Go from there does not wait for it.
  const needsPip = !isBuilt && !isAtLeast(go, wantedGo);
  const hasPip = holds(tools, "go-") || (needsPip && (await runs("python3", ["-c", "import pip"], env)));
  const user = { platform: process.platform, uid: process.getuid?.(), hasNamespaces, hasCgroups };
  const building = { isBuilt, go, wantedGo, hasPip };
  return { ...user, missing, hasApt, ...building, stateDir, stateFree, cache, cacheFree };
}

/** The packages among `needed` whose files are not there, each once. */
export async function missingPackages(needed, env = process.env) {
  const checks = Object.entries(needed).map(async ([file, name]) =>
    (await isInstalled(file, env)) ? [] : [name],
  );
  return [...new Set((await Promise.all(checks)).flat())];
}

async function isInstalled(file, env) {
  const folders = [...(env.PATH ?? "").split(delimiter), ...SYSTEM_FOLDERS];
  const paths = file.startsWith("/") ? [file] : folders.map((folder) => join(folder, file));
  const found = await Promise.all(paths.map((path) => isAccessible(path, constants.F_OK)));
  return found.includes(true);
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

function isAccessible(path, mode) {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

/** Of the file system that a folder is on, or will be. */
async function freeGibibytes(folder) {
  if (!existsSync(folder)) return freeGibibytes(dirname(folder));
  const { bavail, bsize } = await statfs(folder);
  return (bavail * bsize) / GIB;
}

/** Where built and downloaded tools are kept: local/engine/cache.ts says why there. */
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

/** Whether a dotted version is at least another. */
export function isAtLeast(version, minimum) {
  if (version === undefined) return false;
  const parts = (text) => text.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const [have, need] = [parts(version), parts(minimum)];
  const index = [0, 1, 2].find((at) => (have[at] ?? 0) !== (need[at] ?? 0));
  return index === undefined || (have[index] ?? 0) > (need[index] ?? 0);
}
