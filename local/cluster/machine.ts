import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { execa } from "execa";
import { UserError } from "../../src/errors.ts";
import { requireDisk } from "../engine/disk.ts";
import { cgroupMounts } from "./cgroups.ts";

/** For etcd, images, layers and logs. */
const STATE_GIBIBYTES = 1;

/**
 * Makes sure that this machine can hold a cluster.
 * @throws UserError naming what is missing
 */
export async function requireMachine(stateDir: string): Promise<void> {
  if (process.platform !== "linux") {
    throw new UserError(
      `The local cluster runs on Linux only; this is ${process.platform}.`,
      "Use a Linux machine, or give another cluster with --context NAME.",
    );
  }
  if (process.getuid?.() !== 0) {
    throw new UserError(
      "The local cluster needs root, for its namespaces and its network.",
      "Run it with sudo, or give another cluster with --context NAME.",
    );
  }
  await requireNamespaces();
  await requireDisk(stateDir, STATE_GIBIBYTES, "The local cluster's state");
}

async function requireNamespaces(): Promise<void> {
  const { failed } = await execa("unshare", ["--net", "--pid", "--mount", "--fork", "true"], {
    reject: false,
  });
  if (!failed && (await haveWritableCgroups())) return;
  throw new UserError(
    "This machine does not let root make namespaces or cgroups, which the local cluster needs.",
    "In a container, run it with --privileged; else give another cluster with --context NAME.",
  );
}

async function haveWritableCgroups(): Promise<boolean> {
  const mounts = cgroupMounts(await readFile("/proc/self/mounts", "utf8"));
  const writable = mounts.map((mount) =>
    access(mount, constants.W_OK).then(
      () => true,
      () => false,
    ),
  );
  return mounts.length > 0 && (await Promise.all(writable)).every(Boolean);
}
