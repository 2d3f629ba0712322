import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { setRelease } from "../../../local/environment/workspace.ts";
import type { Deployment } from "../../../src/model/deployment.ts";
import { until } from "../../support/until.ts";
import { type FaultWorld, faultWorld, firstLine, RELEASE, report } from "../support/fault-world.ts";

const NAMESPACES = {
  unpullable: "e2e-fault-image",
  neverReady: "e2e-fault-ready",
  quota: "e2e-fault-quota",
  failing: "e2e-fault-answers",
} as const;

/** Not among the images of the local environment, and no registry has it either. */
const NO_SUCH_VERSION = "9.9.9";

describe("an application that does not come up, or answers wrongly, under load", function () {
  // Kubernetes gives a rollout 80 s here before it calls it failed.
  this.timeout(480_000);
  const worlds = new Map<keyof typeof NAMESPACES, FaultWorld>();

  before(async () => {
    // One after another: each wants both cores for its first stage.
    for (const [name, namespace] of Object.entries(NAMESPACES)) {
      worlds.set(name as keyof typeof NAMESPACES, await faultWorld(namespace));
    }
  });

  const worldOf = (name: keyof typeof NAMESPACES): FaultWorld => {
    const world = worlds.get(name);
    assert.ok(world);
    return world;
  };

  // What never becomes ready is waited for, by Kubernetes' own deadline: three at once.
  it("stays as it is in front of an image that cannot be pulled, a canary that is never ready, a full quota", () =>
    Promise.all([imageThatCannotBePulled(), canaryThatIsNeverReady(), fullQuota()]).then(() => undefined));

  async function imageThatCannotBePulled(): Promise<void> {
    const world = worldOf("unpullable");
    let said = "";
    const summary = await world.underLoad(async () => {
      await setRelease(world.project.workspace, { ...RELEASE, canary: NO_SUCH_VERSION });
      said = await world.failureOf(world.moveTo("canary-25"));
      await setRelease(world.project.workspace, RELEASE);
      await world.moveTo("canary-25");
    });
    assert.match(said, /app-new/);
    assert.deepEqual(summary.failures, []);
    assert.deepEqual(Object.keys(summary.byVersion).sort(), ["1.0.0", "2.0.0"]);
    assert.ok(await world.isAt("canary-25"));
    await report(
      {
        group: "application",
        fault: "the canary's image cannot be pulled",
        operator: firstLine(said),
        wayOut: "a release with another canary, at the first stage; the pods of before serve on meanwhile",
      },
      summary,
    );
  }

  async function canaryThatIsNeverReady(): Promise<void> {
    const world = worldOf("neverReady");
    let said = "";
    const summary = await world.underLoad(async () => {
      await world.setVariable("NEVER_READY", "yes");
      said = await world.failureOf(world.moveTo("canary-75"));
      const previous = await world.deployment(world.deployments.previous);
      assert.equal(weightOf(previous), "75", "what takes less traffic was not touched");
      await world.setVariable("NEVER_READY", undefined);
      await world.moveTo("canary-25");
    });
    assert.match(said, /app-new/);
    assert.deepEqual(summary.failures, []);
    assert.ok(await world.isAt("canary-25"));
    await report(
      {
        group: "application",
        fault: "the canary is never ready",
        operator: firstLine(said),
        wayOut:
          "apply the stage before again, or begin a release with another canary; the pods of before serve on",
      },
      summary,
    );
  }

  async function fullQuota(): Promise<void> {
    const world = worldOf("quota");
    const namespace = NAMESPACES.quota;
    const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`;
    let said = "";
    const summary = await world.underLoad(async () => {
      await world.api.send("POST", quotas, {
        type: "application/json",
        content: { metadata: { name: "full" }, spec: { hard: { pods: "2" } } },
      });
      await until(async () => {
        const quota = await world.api.get<{ status?: { used?: { pods?: string } } }>(`${quotas}/full`);
        return quota?.status?.used?.pods === "2";
      });
      said = await world.failureOf(world.moveTo("canary-75"));
      await world.api.send("DELETE", `${quotas}/full`);
      await world.moveTo("canary-75");
    });
    assert.match(said, /app-new/);
    assert.deepEqual(summary.failures, []);
    assert.ok(await world.isAt("canary-75"));
    await report(
      {
        group: "application",
        fault: "the namespace's quota is full: no pod more than now",
        operator: firstLine(said),
        wayOut: "room for one pod more than the stage has, then the same again",
      },
      summary,
    );
  }

  it("goes back when the canary answers 500", async () => {
    const world = worldOf("failing");
    let back = 0;
    let problems: readonly string[] = [];
    const summary = await world.underLoad(async () => {
      await world.moveTo("canary-75");
      await world.moveTo("canary-25");
      await world.setVariable("ANSWER_STATUS", "500");
      const outcome = await world.promoteTo("canary-75", {
        rollbackOnFailure: true,
        verification: { requests: 400, precision: 5, rule: {}, url: world.url },
      });
      problems = outcome.verification?.problems ?? [];
      assert.equal(outcome.rolledBack?.stage, "canary-25");
      back = Date.now();
      await world.setVariable("ANSWER_STATUS", undefined);
    });
    assert.ok(
      problems.some((problem) => /status 500/.test(problem)),
      problems.join("\n"),
    );
    assert.ok(summary.failures.every(({ kind, detail }) => kind === "status" && detail === "500"));
    assert.ok(summary.failed > 0 && back > 0);
    assert.ok(await world.isAt("canary-25"));
    await report(
      {
        group: "application",
        fault: "the canary answers 500",
        operator: problems[0] ?? "",
        wayOut:
          "promote --rollback-on-failure goes back by itself, else rollback; only the canary's share of requests fails",
      },
      summary,
    );
  });

  const weightOf = (deployment: Deployment | undefined): string | undefined =>
    deployment?.spec.template.metadata?.annotations?.["ingress.appscode.com/backend-weight"];
});
