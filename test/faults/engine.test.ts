import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { before, describe, it } from "mocha";
import { until } from "../../local/until.ts";
import { configMapPath, deploymentPath } from "../../src/live.ts";
import { type FaultWorld, faultWorld, report } from "./fault-world.ts";

const NAMESPACE = "e2e-fault-engine";
const REACH_MS = 120_000;

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

  /** What a point of an update is seen by: a text that is another one from then on. */
  const POINTS: Readonly<Record<string, () => Promise<string>>> = {
    "before it changed anything": async () => String(isLocked()),
    "after the growing Deployment was changed": () =>
      specOf(stage === "canary-25" ? "app-new" : "app-previous"),
    "after both Deployments were changed": () => specOf(stage === "canary-25" ? "app-previous" : "app-new"),
    "after the release record was written": async () => {
      const record = await world.api.get<Versioned>(configMapPath(NAMESPACE, "app-release"));
      return record?.metadata.resourceVersion ?? "";
    },
  };

  for (const [point, look] of Object.entries(POINTS)) {
    it(`${point}: no request fails, and the command goes on over its lock`, async () => {
      const target = stage === "canary-25" ? "canary-75" : "canary-25";
      const { directory, environment } = world.project.workspace;
      const summary = await world.underLoad(async () => {
        const before = await look();
        const update = execa("pulumi", ["up", "--yes", "--skip-preview", "-s", target, "--non-interactive"], {
          cwd: directory,
          env: environment,
          all: true,
          reject: false,
        });
        const isThere = await until(async () => (await look()) !== before, {
          timeoutMs: REACH_MS,
          everyMs: 50,
        });
        update.kill("SIGKILL");
        const { signal, all } = await update;
        assert.ok(isThere, `it did not get there within ${REACH_MS / 1000} s: ${all}`);
        assert.equal(signal, "SIGKILL", "it was killed before it had ended");
        await world.promoteTo(target);
      });
      stage = target;
      assert.deepEqual(summary.failures, []);
      assert.ok(await world.isAt(target));
      await report(
        {
          group: "engine",
          fault: `the engine is killed by SIGKILL, ${point}`,
          operator: "its lock stays; canary status says towards which stage the move was",
          wayOut:
            "canary promote or rollback, which remove a dead engine's lock; with pulumi alone: pulumi cancel, then up",
        },
        summary,
      );
    });
  }

  function isLocked(): boolean {
    const { environment } = world.project.workspace;
    const locks = join(new URL(environment.PULUMI_BACKEND_URL ?? "").pathname, ".pulumi", "locks");
    return (
      existsSync(locks) &&
      readdirSync(locks, { recursive: true }).some((name) => String(name).endsWith(".json"))
    );
  }

  async function specOf(name: string): Promise<string> {
    const deployment = await world.api.get<Versioned>(deploymentPath(NAMESPACE, name));
    return String(deployment?.metadata.generation);
  }
});
