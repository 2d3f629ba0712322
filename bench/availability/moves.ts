import { sendMessage } from "execa";
import type { Environment } from "../../local/environment/environment.ts";
import { setSessionPriority } from "../../local/process/priority.ts";
import { connect } from "../../src/cluster/connect.ts";
import type { Replicas } from "../../src/model/traffic.ts";
import type { Moved, Step, Way, WayName } from "./ways.ts";

/** A way, and what it works on. */
export interface WayOptions {
  readonly name: WayName;
  readonly namespace: string;
  readonly replicas: Replicas;
  /** Folder of its own, for what it writes. */
  readonly folder: string;
  readonly environment: Pick<Environment, "cluster" | "workspace">;
}

/** What the process of a way answers: that it is ready, and then to each step. */
export type Answer = { readonly moved: Moved | null } | { readonly error: string };

/** Nice value: moves come from another machine in practice, and take no CPU from the cluster here (ADR 53). */
const PRIORITY = 12;

/** The process of a way: `moves.ts OPTIONS`, OPTIONS in JSON. Takes each step that it is sent; ends with its parent. */
async function main(options: WayOptions): Promise<void> {
  setSessionPriority(PRIORITY);
  process.on("disconnect", () => process.exit());
  try {
    const way = await wayOf(options);
    process.on("message", async (step: Step) => answer(await take(way, step)));
    await answer({ moved: null });
  } catch (error) {
    await answer({ error: String(error) });
    process.exit(1);
  }
}

async function wayOf({ name, namespace, replicas, folder, environment }: WayOptions): Promise<Way> {
  // Each loads what it needs and no more: Pulumi's SDK takes seconds.
  if (name === "program") {
    const { programWay } = await import("./program.ts");
    return programWay(environment, folder, namespace, replicas);
  }
  const { walkthroughWay } = await import("./baseline.ts");
  const { kubeconfig, context } = environment.cluster;
  return walkthroughWay(await connect({ file: kubeconfig, context }), namespace, replicas);
}

const take = (way: Way, step: Step): Promise<Answer> =>
  way.move(step).then(
    (moved) => ({ moved }),
    (error: unknown) => ({ error: String(error) }),
  );

const answer = (message: Answer): Promise<void> => sendMessage({ ...message });

await main(JSON.parse(process.argv[2] ?? "null") as WayOptions);
