import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { setRelease } from "../../../local/environment/workspace.ts";
import { gatewayDirectory } from "../../../local/gateway/record.ts";
import { findProcess } from "../../../local/process/ledger.ts";
import { kill } from "../../../local/process/processes.ts";
import { until } from "../../support/until.ts";
import { environment, gatewayEdge } from "../support/environment.ts";
import { type FaultWorld, faultWorld, RELEASE } from "../support/fault-world.ts";

const NAMESPACE = "e2e-fault-gateway";
const ROUTE = `/apis/gateway.networking.k8s.io/v1/namespaces/${NAMESPACE}/httproutes/app`;

interface Route {
  readonly metadata: { readonly generation: number };
}

describe("faults of what a route stands on, under load", function () {
  this.timeout(480_000);
  let world: FaultWorld;

  before(async () => {
    world = await faultWorld(NAMESPACE, async (project) => {
      const { statsUrl } = await gatewayEdge({ namespace: NAMESPACE, name: "app" });
      const edge = { gateway: { class: "contour" }, envoy: [statsUrl] };
      await project.edit("Pulumi.yaml", { router: "gateway", edge });
    });
  });

  const generation = async (): Promise<number | undefined> =>
    (await world.api.get<Route>(ROUTE))?.metadata.generation;

  async function killProcess(name: "contour" | "envoy"): Promise<void> {
    const entry = findProcess(gatewayDirectory(environment().stateDir), name);
    assert.ok(entry, `${name} does not run`);
    await kill(entry);
  }

  it("Contour is killed before the route changes: the move waits for it, and no request fails", async () => {
    const summary = await world.underLoad(async () => {
      await killProcess("contour");
      await world.moveTo("canary-75");
    });
    assert.deepEqual(summary.failures, []);
    assert.ok(await world.isAt("canary-75"));
  });

  it("Contour is killed when the route has changed: the way back ends, and no request fails", async () => {
    const summary = await world.underLoad(async () => {
      const before = await generation();
      const moving = world.moveTo("canary-25");
      await Promise.race([moving, until(async () => (await generation()) !== before, { everyMs: 5 })]);
      await killProcess("contour");
      await moving;
    });
    assert.deepEqual(summary.failures, []);
    assert.ok(await world.isAt("canary-25"));
  });

  it("Envoy is killed: the move waits until the next one has the new shares", async () => {
    const summary = await world.underLoad(async () => {
      await killProcess("envoy");
      await world.moveTo("canary-75");
    });
    // Requests of that moment fail, whoever moves: there is one Envoy here.
    assert.ok(summary.requests > summary.failures.length * 2);
    assert.ok(await world.isAt("canary-75"));
  });

  it("a canary that is never ready gets no share: the route is as it was, and the way out is the abort", async () => {
    await world.moveTo("canary-100");
    await setRelease(world.project.workspace, { previous: RELEASE.canary, canary: RELEASE.previous });
    const summary = await world.underLoad(async () => {
      await world.setVariable("NEVER_READY", "yes");
      const said = await world.failureOf(world.moveTo("canary-25"));
      assert.match(said, /app-new/);
      await world.moveTo("canary-0");
      await world.setVariable("NEVER_READY", undefined);
    });
    assert.deepEqual(summary.failures, []);
    assert.deepEqual(Object.keys(summary.byVersion), [RELEASE.canary]);
  });

  it("a canary without any endpoint gets no share, also where it has never run", async () => {
    const before = await generation();
    const summary = await world.underLoad(async () => {
      await world.setVariable("NEVER_READY", "yes");
      await world.failureOf(world.moveTo("canary-25"));
    });
    assert.deepEqual(summary.failures, []);
    assert.equal(await generation(), before, "the route was changed");
  });
});
