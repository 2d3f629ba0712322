import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import type { ComponentName } from "../../../local/cluster/components.ts";
import { componentControl } from "../../../local/cluster/control.ts";
import { edgeDirectory } from "../../../local/edge/record.ts";
import { findProcess } from "../../../local/process/ledger.ts";
import { kill } from "../../../local/process/processes.ts";
import { UserError } from "../../../src/errors.ts";
import { until } from "../../support/until.ts";
import { environment } from "../support/environment.ts";
import { type FaultWorld, faultWorld, firstLine, report } from "../support/fault-world.ts";

const COMPONENTS: readonly ComponentName[] = [
  "kube-apiserver",
  "etcd",
  "kube-scheduler",
  "kube-controller-manager",
  "kubelet",
];

describe("the cluster's own parts, killed in the middle of a move under load", function () {
  this.timeout(300_000);
  let world: FaultWorld;
  let stage = "canary-25";

  before(async () => {
    world = await faultWorld("e2e-fault-machinery");
  });

  // Where a component did not come back, one test has failed: the next one begins with a whole cluster.
  beforeEach(() => componentControl(environment().stateDir).repair());

  for (const component of COMPONENTS) {
    it(`${component} is killed and comes back: no request fails, and the move ends or is ended by the same again`, async () => {
      const target = stage === "canary-25" ? "canary-75" : "canary-25";
      let said: string | undefined;
      const summary = await world.underLoad(async () => {
        const first = await generations();
        const moving = outcomeOf(world.moveTo(target));
        await Promise.race([moving, until(async () => (await generations()) !== first)]);
        const control = componentControl(environment().stateDir);
        await control.kill(component);
        await control.repair();
        said = await moving;
        if (said !== undefined) await world.moveTo(target);
      });
      stage = target;
      assert.deepEqual(summary.failures, []);
      assert.ok(await world.isAt(target));
      await report(
        {
          group: "machinery",
          fault: `${component} is killed in the middle of a move, and started again`,
          operator: said === undefined ? "the move takes longer" : firstLine(said),
          wayOut:
            said === undefined
              ? "none is needed: the move waits, and ends when it is back"
              : "the same command again, once it is back",
        },
        summary,
      );
    });
  }

  it("HAProxy is killed and comes back: what it was at fails, and nothing after it is there again", async () => {
    let back = 0;
    const summary = await world.underLoad(async () => {
      const name = `haproxy-${new URL(world.url).hostname}`;
      const haproxy = findProcess(edgeDirectory(environment().stateDir), name);
      assert.ok(haproxy, `${name} does not run`);
      await kill(haproxy);
      await until(async () => (await fetch(world.url).catch(() => undefined))?.ok === true);
      back = Date.now();
      await world.moveTo(stage);
    });
    assert.deepEqual(
      summary.failures.filter(({ at }) => at > back + 1000),
      [],
    );
    assert.ok(await world.isAt(stage));
    await report(
      {
        group: "machinery",
        fault: "HAProxy is killed, all of it",
        operator: "errors at the entrance until it is back",
        wayOut:
          "none is needed: it is started again by itself. More than one HAProxy (edge.replicas) keeps the entrance open",
      },
      summary,
    );
  });

  async function generations(): Promise<string> {
    const { previous, canary } = world.deployments;
    const found = await Promise.all([previous, canary].map((path) => world.deployment(path)));
    return found.map((deployment) => deployment?.metadata?.generation).join();
  }

  /** Undefined when the move came to its end, else what the program says. */
  const outcomeOf = (move: Promise<void>): Promise<string | undefined> =>
    move.then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof UserError) return error.message;
        throw error;
      },
    );
});
