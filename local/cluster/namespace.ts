import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { findProcess, type LedgerEntry } from "../process/ledger.ts";
import { start } from "../process/processes.ts";
import { until } from "../process/until.ts";
import { NODE_NAME } from "./certificates.ts";
import { DATA_FOLDERS, INSIDE, layoutOf } from "./layout.ts";

/** The ledger's name of the namespaces' first process. When it ends, the kernel ends all the others. */
export const NAMESPACE = "namespace";

/** The only variables that a component gets: no proxy and no setting of the user's shell reaches it. */
export const COMPONENT_ENV = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  // Debian 12's etcd refuses this processor otherwise.
  ...(process.arch === "arm64" ? { ETCD_UNSUPPORTED_ARCH: "arm64" } : {}),
};

const READY_WITHIN_MS = 10_000;

/**
 * Makes the machine look like a fresh node to what runs in the namespaces: /run, /var/lib and /var/log are empty
 * but for the cluster's own folders, so that nothing is written to the host's. Then it stays as process 1,
 * which tini does, because orphans have to be reaped.
 */
const INIT_SCRIPT = `
root=$1 tools=$2 name=$3
mount -n -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/cluster /mnt/tools
mount -n --bind "$root" /mnt/cluster
mount -n --bind "$tools" /mnt/tools
mount -n --move /mnt /run
mount -n -t tmpfs -o mode=755 tmpfs /var/lib
mount -n -t tmpfs -o mode=755 tmpfs /var/log
for folder in etcd containerd kubelet cni; do
  mkdir /var/lib/$folder
  mount -n --bind ${INSIDE.root}/data/$folder /var/lib/$folder
done
mkdir /var/log/pods
mount -n --bind ${INSIDE.root}/data/pods /var/log/pods
mount -n --make-rshared /
hostname "$name"
echo 1 >/proc/sys/net/ipv4/ip_forward
if [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; then
  echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
fi
: >${INSIDE.root}/namespace-ready
exec tini -- sleep infinity
`;

const UNSHARE = [
  "unshare",
  "--net",
  "--pid",
  "--mount",
  "--ipc",
  "--uts",
  "--fork",
  "--mount-proc",
  "--kill-child",
];

/** Starts network, process, mount, IPC and host name namespaces with the programs of `tools` in them. */
export async function startNamespace(stateDir: string, tools: string): Promise<LedgerEntry> {
  const layout = layoutOf(stateDir);
  await Promise.all(
    DATA_FOLDERS.map((folder) => mkdir(join(layout.root, "data", folder), { recursive: true })),
  );
  await rm(layout.namespaceReady, { force: true });
  const command = ["/bin/sh", "-ec", INIT_SCRIPT, "init", layout.root, tools, NODE_NAME];
  const log = join(layout.logs, `${NAMESPACE}.log`);
  const init = await start(stateDir, NAMESPACE, command, { log, env: COMPONENT_ENV, wrapper: UNSHARE });
  const ready = await until(() => existsSync(layout.namespaceReady), { timeoutMs: READY_WITHIN_MS });
  if (!ready) throw new Error(`the cluster's namespaces did not get ready; see ${log}`);
  return init;
}

/** The command that runs another in a cluster's namespaces. */
export function enter({ pid }: LedgerEntry): string[] {
  return ["nsenter", "--target", String(pid), "--mount", "--uts", "--ipc", "--net", "--pid", "--"];
}

/** The running namespaces' first process. */
export function findNamespace(stateDir: string): LedgerEntry | undefined {
  return findProcess(stateDir, NAMESPACE);
}
