import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import type { Environment } from "../../local/environment/environment.ts";
import { applyLocalFoundation } from "../../local/environment/foundation.ts";
import { localOperator } from "../../local/environment/operator.ts";
import { setRelease, type Workspace, writeWorkspace } from "../../local/environment/workspace.ts";
import type { Replicas } from "../../src/model/traffic.ts";
import { applyStage, previewStage } from "../../src/operations/move.ts";
import { summarize } from "../../src/operations/summary.ts";
import { replicasAt, type Way } from "./ways.ts";

const USUAL_MILLI_CPU = 50;
/** The part of the machine's cores that pods may ask for. */
const ROOM = 0.9;

/** This program, driven as the local walk drives it, with stacks of its own in a folder. */
export async function programWay(
  { cluster, workspace: shared }: Pick<Environment, "cluster" | "workspace">,
  folder: string,
  namespace: string,
  replicas: Replicas,
): Promise<Way> {
  const written = await writeWorkspace(folder, cluster);
  // The engine and its plugins are where the environment brought them up.
  const environment = { ...shared.environment, ...written.environment };
  const workspace: Workspace = { ...written, environment };
  await edit(workspace, "Pulumi.yaml", (file) => {
    file.setIn(["config", "namespace"], namespace);
    file.setIn(["config", "app", "value", "resources", "requests", "cpu"], `${milliCpuOf(replicas)}m`);
  });
  for (const stage of ["canary-25", "canary-75", "canary-100"] as const) {
    await edit(workspace, `Pulumi.${stage}.yaml`, (file) =>
      file.setIn(["config", "canary-stages:replicas"], replicasAt(stage, replicas)),
    );
  }
  let isFounded = false;
  return {
    name: "program",
    namespace,
    move: async ({ stage, release }) => {
      await setRelease(workspace, release);
      const operator = await localOperator({ workspace, cluster });
      if (!isFounded) await applyLocalFoundation(operator);
      isFounded = true;
      const preview = await previewStage(operator, stage);
      const { during } = summarize(preview);
      await applyStage(operator, preview);
      return { move: preview.move, share: preview.plan.effectiveCanary, bound: during };
    },
  };
}

/** CPU that a pod requests: that of Pulumi.yaml, or less where the pods of a move would not fit on this machine. */
function milliCpuOf({ previous, canary }: Replicas): number {
  // At the last stage both tracks have as many pods as the previous one; a rollout adds a quarter (maxSurge).
  const most = Math.max(2 * previous, previous + canary) + Math.ceil(previous / 4) + 1;
  return Math.min(USUAL_MILLI_CPU, Math.floor((ROOM * 1000 * availableParallelism()) / most));
}

async function edit(
  { directory }: Workspace,
  name: string,
  change: (file: ReturnType<typeof parseDocument>) => void,
): Promise<void> {
  const path = join(directory, name);
  const document = parseDocument(await readFile(path, "utf8"));
  change(document);
  await writeFile(path, document.toString());
}
