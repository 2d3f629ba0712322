import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import { type Application, applicationIn } from "../../../src/application/application.ts";
import { UserError } from "../../../src/errors.ts";
import type { ReleaseRecord } from "../../../src/model/record.ts";
import { guardOf } from "../../../src/program/guard.ts";
import { FakeWorld } from "../../support/fake-world.ts";

const LOCK = { holder: "alice@laptop:1.a", purpose: "pulumi up canary-75" };

let world: FakeWorld;
let application: Application;
let ends: (() => Promise<void>)[];

beforeEach(async () => {
  world = await new FakeWorld().at("canary-25");
  application = applicationIn(world.api, world.project.config);
  ends = [];
});

function guard(live: ReleaseRecord | undefined, lock: typeof LOCK | "held" = LOCK, pulse?: number) {
  const locked: Pick<Application, "record" | "lock"> = {
    record: application.record,
    lock: (options) => application.lock({ ...options, ...(pulse !== undefined && { pulse }) }),
  };
  return guardOf({
    application: locked,
    live,
    lock: lock === "held" ? undefined : lock,
    warn: () => undefined,
    atEnd: (work) => void ends.push(work),
  });
}

const holder = async () => (await application.lockHolder())?.name;

describe("the guard of a stage's program", () => {
  it("takes nothing before something changes", async () => {
    guard(await application.record());
    assert.equal(await holder(), undefined);
  });

  it("takes the lock before the first change, once, and gives it back at the end", async () => {
    const mayChange = guard(await application.record());
    await Promise.all([mayChange(), mayChange()]);
    await mayChange();
    assert.equal(await holder(), LOCK.holder);
    assert.equal((await application.lockHolder())?.purpose, LOCK.purpose);
    assert.equal(ends.length, 1);
    await ends[0]?.();
    assert.equal(await holder(), undefined);
  });

  it("takes no lock where whoever runs the program holds it", async () => {
    const led = guard(await application.record(), "held");
    const lock = await application.lock({ holder: "bob@desk:2.b", purpose: "promote canary-75" });
    await led();
    assert.equal(await holder(), "bob@desk:2.b");
    assert.deepEqual(ends, []);
    await lock.release();
  });

  it("refuses each change while somebody else holds the lock", async () => {
    const lock = await application.lock({ holder: "bob@desk:2.b", purpose: "promote canary-75" });
    const mayChange = guard(await application.record());
    for (const _ of ["first", "second"]) {
      await assert.rejects(mayChange(), (error: unknown) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /^the lock is held by bob@desk:2\.b \(promote canary-75\)/);
        assert.match(error.message, /canary unlock --holder bob@desk:2\.b$/);
        return true;
      });
    }
    await lock.release();
  });

  for (const lock of [LOCK, "held"] as const) {
    it(`refuses where another stage went live meanwhile, ${lock === "held" ? "led by a command" : "alone"}`, async () => {
      const checked = await application.record();
      await world.at("canary-75");
      await assert.rejects(guard(checked, lock)(), {
        message:
          "what is live was changed after this was checked, so nothing was applied: then canary-25 with 1.0.0 → 1.1.0, now canary-75 with 1.0.0 → 1.1.0\nPreview again and decide on what it then shows.",
      });
      for (const end of ends) await end();
      assert.equal(await holder(), undefined);
    });
  }

  it("lets nothing more change once the lock was taken away", async () => {
    const mayChange = guard(await application.record(), LOCK, 10);
    await mayChange();
    await application.breakLock(LOCK.holder);
    const lock = await application.lock({ holder: "bob@desk:2.b", purpose: "rollback" });
    const lost = async (): Promise<unknown> => {
      for (;;) {
        const error = await mayChange().then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error !== undefined) return error;
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const error = await lost();
    assert.ok(error instanceof UserError);
    assert.match(error.message, /the lock was taken away from us/);
    assert.equal(await holder(), "bob@desk:2.b");
    for (const end of ends) await end();
    assert.equal(await holder(), "bob@desk:2.b");
    await lock.release();
  });
});
