import { join } from "node:path";
import type { Browser } from "playwright-core";
import { editYaml } from "../../local/environment/workspace.ts";
import { CANARY } from "../../local/paths.ts";
import { promoteSchema } from "../../src/results/schemas.ts";
import { untilNoPodLeaves } from "../leaving-pods.ts";
import { type Fixture, run } from "./fixture.ts";
import { atOnce, inOrder, withStartupProbe } from "./kubectl.ts";
import { showPage } from "./page.ts";

/** Seconds of each round. */
export type Seconds = readonly number[];

export interface Figures {
  /** Node and the command's own code: `canary --help`. */
  readonly start: Seconds;
  /** One process of the engine: `pulumi version`. */
  readonly engineStart: Seconds;
  readonly status: Seconds;
  /** `canary page` until a browser that runs already shows what is live. */
  readonly page: Seconds;
  readonly preview: Seconds;
  /** A promotion as it is typed, without the measuring. */
  readonly promote: Seconds;
  /** Of these, parts that the command itself timed. */
  readonly promoteParts: Readonly<Record<string, Seconds>>;
  readonly rollback: Seconds;
  /** `canary abort` from each stage. */
  readonly abort25: Seconds;
  readonly abort75: Seconds;
  /** From the last stage the previous version has no pods: they are brought up first. */
  readonly abort100: Seconds;
  /** The same where the last stage keeps one pod of the previous version (`replicas.previous: 1`). */
  readonly abort100Warm: Seconds;
  /** `kubectl apply --server-side` and `rollout status` of the same two Deployments, with other weights, at once. */
  readonly kubectl: Seconds;
  /** The same one after the other, as a move does it: the first is rolled out before the second is changed. */
  readonly kubectlInOrder: Seconds;
  /** The same at once with a startup probe besides, which our Deployments do without (ADR 9). */
  readonly kubectlWithStartupProbe: Seconds;
}

/**
 * Measures every command `rounds` times, in turn with kubectl on the same objects. What replaces pods begins only when
 * the pods of the measurement before have ended: pods that end keep both cores of a small machine busy.
 */
export async function measureCommand(fixture: Fixture, browser: Browser, rounds: number): Promise<Figures> {
  const seconds = {
    start: [],
    engineStart: [],
    status: [],
    page: [],
    preview: [],
    promote: [],
    rollback: [],
    abort25: [],
    abort75: [],
    abort100: [],
    abort100Warm: [],
    kubectl: [],
    kubectlInOrder: [],
    kubectlWithStartupProbe: [],
  } as Record<Exclude<keyof Figures, "promoteParts">, number[]>;
  const promoteParts: Record<string, number[]> = {};
  const canary = (...words: readonly string[]) => run(fixture, process.execPath, [CANARY, ...words]);
  const timed = async <T>(figure: keyof typeof seconds, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    seconds[figure].push((performance.now() - started) / 1000);
    return result;
  };
  const timedWhenQuiet: typeof timed = async (figure, work) => {
    await untilNoPodLeaves(fixture);
    return timed(figure, work);
  };
  for (let round = 0; round < rounds; round++) {
    await timed("start", () => canary("--help"));
    await timed("engineStart", () => run(fixture, "pulumi", ["version"]));
    await timed("status", () => canary("status"));
    seconds.page.push(await showPage(fixture, browser));
    await timed("preview", () => canary("preview", "canary-75"));
    const promoted = await timedWhenQuiet("promote", () =>
      canary("promote", "canary-75", "--yes", "--no-verify", "--json"),
    );
    const [move] = promoteSchema.parse(JSON.parse(promoted));
    for (const [part, value] of Object.entries(move?.timing ?? {})) {
      promoteParts[part] = [...(promoteParts[part] ?? []), value];
    }
    await timedWhenQuiet("rollback", () => canary("rollback", "--yes", "--no-verify"));
    for (const [figure, stages, previous] of ABORTS) {
      await keepAtTheEnd(fixture, previous);
      for (const stage of stages) await canary("promote", stage, "--yes", "--no-verify");
      await timedWhenQuiet(figure, () => canary("abort", "--yes", "--no-verify"));
    }
    await canary("promote", "canary-25", "--yes", "--no-verify");
    if (fixture.kubectl === undefined) continue;
    await withStartupProbe(fixture, (apply) => timedWhenQuiet("kubectlWithStartupProbe", apply));
    await timedWhenQuiet("kubectl", await atOnce(fixture));
    await timedWhenQuiet("kubectlInOrder", await inOrder(fixture));
    await canary("rollback", "canary-25", "--yes", "--no-verify");
  }
  return { ...seconds, promoteParts };
}

/** Each abort, the stages that lead to it from an abort before, and the previous version's pods at the last stage. */
const ABORTS = [
  ["abort25", ["canary-25"], 0],
  ["abort75", ["canary-25", "canary-75"], 0],
  ["abort100", ["canary-25", "canary-75", "canary-100"], 0],
  ["abort100Warm", ["canary-25", "canary-75", "canary-100"], 1],
] as const;

async function keepAtTheEnd({ directory }: Fixture, previous: number): Promise<void> {
  const file = join(directory, "Pulumi.canary-100.yaml");
  await editYaml(file, file, (stage) =>
    stage.setIn(["config", "canary-stages:replicas"], { previous, canary: 1 }),
  );
}
