import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { acquireLock } from "../../../src/application/lock.ts";
import { Refusal } from "../../../src/errors.ts";
import { appNames } from "../../../src/model/names.ts";
import { type FaultWorld, faultWorld, firstLine, report } from "../support/fault-world.ts";

const NAMESPACE = "e2e-fault-promoters";
const MINUTES_MS = 600_000;

describe("two promoters, under load", function () {
  this.timeout(300_000);
  let world: FaultWorld;

  before(async () => {
    world = await faultWorld(NAMESPACE);
  });

  it("at once: one moves, the other one is told who does, and nothing fails", async () => {
    const results: PromiseSettledResult<unknown>[] = [];
    const summary = await world.underLoad(async () => {
      const identity = (name: string) => ({ identity: { who: name, holder: `${name}:1` } });
      results.push(
        ...(await Promise.allSettled([
          world.promoteTo("canary-75", identity("alice@here")),
          world.promoteTo("canary-75", identity("bob@there")),
        ])),
      );
    });
    const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    assert.equal(refused.length, 1, "one of them is refused");
    assert.ok(refused[0] instanceof Refusal, String(refused[0]));
    assert.match(refused[0].message, /the lock is held by (alice@here|bob@there):1 \(promote canary-75\)/);
    assert.deepEqual(summary.failures, []);
    assert.ok(await world.isAt("canary-75"));
    await report(
      {
        group: "engine",
        fault: "two promoters at once",
        operator: firstLine(refused[0].message).replace(/ since .*/, " since …"),
        wayOut: "none is needed: one of them moves the stage, the other one waits or gives up",
      },
      summary,
    );
  });

  it("one of whom has a clock that is ten minutes slow: its lock is not taken for dead while it lives", async () => {
    const { project } = await world.project.operator();
    const place = { namespace: NAMESPACE, name: appNames(project.config.app.name, NAMESPACE).lock };
    const slow = Object.assign(Object.create(world.api) as typeof world.api, {
      time: () => new Date(world.api.time().getTime() - MINUTES_MS),
    });
    let refusal: unknown;
    const summary = await world.underLoad(async () => {
      const lock = await acquireLock(slow, place, {
        holder: "carol@slow:1",
        purpose: "promote canary-100",
        onExpired: () => undefined,
      });
      refusal = await world.promoteTo("canary-25").catch((error: unknown) => error);
      await lock.release();
      await world.promoteTo("canary-25");
    });
    assert.ok(refusal instanceof Refusal, String(refusal));
    assert.match(refusal.message, /carol@slow:1/);
    assert.deepEqual(summary.failures, []);
    assert.ok(await world.isAt("canary-25"));
    await report(
      {
        group: "engine",
        fault: "a promoter's clock is ten minutes slow",
        operator: firstLine(refusal.message).replace(/ since .*/, " since …"),
        wayOut: "none is needed: a lock that is renewed is alive, whatever the time in it says",
      },
      summary,
    );
  });
});
