import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { before, describe, it } from "mocha";
import { until } from "../../../local/process/until.ts";
import { lockHolder } from "../../../src/application/lock.ts";
import { configMapPath, deploymentPath } from "../../../src/cluster/objects.ts";
import { until as untilSeen } from "../../support/until.ts";
import { type FaultWorld, faultWorld, report } from "../support/fault-world.ts";

const NAMESPACE = "e2e-fault-engine";
const REACH_MS = 120_000;
const LOCK = { namespace: NAMESPACE, name: "app-release" };

interface Versioned {
  readonly metadata: { readonly generation?: number; readonly resourceVersion: string };
}

describe("the engine, killed by SIGKILL under load", function () {
  this.timeout(300_000);
  let world: FaultWorld;
  let stage = "canary-25";

  before(async () => {
    world = await faultWorld(NAMESPACE);
    // Both stages have been applied once, so that each update has the same points.
    await world.moveTo("canary-75");
    await world.moveTo("canary-25");
  });

  const growing = () => (stage === "canary-25" ? "app-new" : "app-previous");
  const shrinking = () => (stage === "canary-25" ? "app-previous" : "app-new");
  const says = (pattern: RegExp) => async (output: string) => String(pattern.test(output));

  /** What a point of an update is seen by: a text that is another one from then on. */
  const POINTS: Readonly<Record<string, (output: string) => Promise<string>>> = {
    "when it has locked its stack": async () => String(isLocked()),
    "while it reads what is there": says(/ refreshing /),
    "when it begins to change the growing Deployment": (output) =>
      says(new RegExp(`:Deployment ${growing()} updating `))(output),
    "after the growing Deployment was changed": () => specOf(growing()),
    "while the growing Deployment rolls out": () => podsOf(growing()),
    "when it knows that the growing Deployment was changed": (output) =>
      says(new RegExp(`:Deployment ${growing()} updated `))(output),
    "after both Deployments were changed": () => specOf(shrinking()),
    "while the shrinking Deployment rolls out": () => podsOf(shrinking()),
    "after the release record was written": async () => {
      const record = await world.api.get<Versioned>(configMapPath(NAMESPACE, "app-release"));
      return record?.metadata.resourceVersion ?? "";
    },
    "while it writes its last state": says(/^Resources:/m),
  };

  for (const [point, look] of Object.entries(POINTS)) {
    it(`${point}: no request fails, and the command goes on over its lock`, async () => {
      const target = stage === "canary-25" ? "canary-75" : "canary-25";
      const { directory, environment } = world.project.workspace;
      let isDamaged = false;
      const summary = await world.underLoad(async () => {
        const before = await look("");
        const update = execa("pulumi", ["up", "--yes", "--skip-preview", "-s", target, "--non-interactive"], {
          cwd: directory,
          env: environment,
          all: true,
          reject: false,
        });
        let output = "";
        let hasEnded = false;
        update.on("exit", () => {
          hasEnded = true;
        });
        update.all.on("data", (data: Buffer) => {
          output += data.toString();
        });
        const isThere = await until(async () => hasEnded || (await look(output)) !== before, {
          timeoutMs: REACH_MS,
          everyMs: 5,
        });
        update.kill("SIGKILL");
        const { signal } = await update;
        // The program outlives its engine for a moment, in which it gives the application's lock back.
        await untilSeen(async () => (await lockHolder(world.api, LOCK)) === undefined, {
          what: "the lock is free",
        });
        isDamaged = await goOn(target);
        stage = target;
        assert.ok(isThere, `it did not get there within ${REACH_MS / 1000} s: ${output}`);
        assert.equal(signal, "SIGKILL", `it was killed before it had ended: ${output}`);
      });
      assert.deepEqual(summary.failures, []);
      assert.ok(await world.isAt(target));
      await report(
        {
          group: "engine",
          fault: `the engine is killed by SIGKILL, ${point}`,
          operator: isDamaged
            ? `the state of stack ${target} cannot be read: the engine was at writing it`
            : "its lock stays; canary status says towards which stage the move was",
          wayOut: isDamaged
            ? "delete the empty file beside the state that the message names, then as for any other point"
            : "canary promote or rollback, which remove a dead engine's lock; with pulumi alone: pulumi cancel, then up",
        },
        summary,
      );
    });
  }

  /** Takes the way out. @returns whether the state could not be read before */
  async function goOn(target: string): Promise<boolean> {
    const error: unknown = await world.promoteTo(target).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error === undefined) return false;
    assert.match(String(error), /the state of stack \S+ cannot be read/);
    const attributes = join(backend(), "stacks", "canary-stages", `${target}.json.attrs`);
    assert.equal((await stat(attributes)).size, 0, "the file of attributes is what was being written");
    await rm(attributes);
    await world.promoteTo(target);
    return true;
  }

  function backend(): string {
    const { environment } = world.project.workspace;
    return join(fileURLToPath(environment.PULUMI_BACKEND_URL ?? ""), ".pulumi");
  }

  function isLocked(): boolean {
    const locks = join(backend(), "locks");
    return (
      existsSync(locks) &&
      readdirSync(locks, { recursive: true }).some((name) => String(name).endsWith(".json"))
    );
  }

  /** Its pods of the newest template, and how many of them are available. */
  async function podsOf(name: string): Promise<string> {
    const deployment = await world.deployment(deploymentPath(NAMESPACE, name));
    const { replicas, updatedReplicas, observedGeneration } = deployment?.status ?? {};
    return `${observedGeneration}: ${updatedReplicas} of ${replicas}`;
  }

  async function specOf(name: string): Promise<string> {
    const deployment = await world.api.get<Versioned>(deploymentPath(NAMESPACE, name));
    return String(deployment?.metadata.generation);
  }
});
