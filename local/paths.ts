import { dirname, join } from "node:path";

/** The folder of this clone, with package.json and Pulumi.yaml. */
export const PROJECT_ROOT = dirname(import.meta.dirname);

/** State of the local environment: cluster, edge, stacks. `npm run local:down` removes it. */
export const STATE_DIR = join(PROJECT_ROOT, ".local");

/** Stacks of a release on a cluster of the user's own, apart from those whose state goes with the local cluster. */
export const OWN_STATE_DIR = join(PROJECT_ROOT, ".local-context");

/** What runs and benchmarks write about themselves, as JSON; not committed. */
export const REPORTS = join(PROJECT_ROOT, "reports");

/** The command `canary`, to be run by Node. */
export const CANARY = join(PROJECT_ROOT, "src", "cli", "canary.mjs");

/** Go modules of what is built on this machine, a folder for each. */
export const TOOLS = join(import.meta.dirname, "tools");
