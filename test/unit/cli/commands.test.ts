import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { z } from "zod";
import { acquireLock } from "../../../src/application/lock.ts";
import {
  historySchema,
  previewSchema,
  promoteSchema,
  rollbackSchema,
  statusSchema,
  teardownSchema,
  unlockSchema,
  verifySchema,
} from "../../../src/cli/schemas.ts";
import { canary, type Ended } from "../../support/fake-session.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { NAMESPACE } from "../../support/fakes.ts";

let world: FakeWorld;
/** Options that make requests go to the world's edge. */
let measuring: string[];

beforeEach(async () => {
  world = new FakeWorld();
  const { url = "" } = await world.verification();
  measuring = ["--url", url, "--requests", "200", "--precision", "5", "--settle", "1s"];
});

afterEach(() => world.close());

const run = (...words: readonly string[]): Promise<Ended> => canary(world, ...words);

/** What `--json` printed, which has to be what its schema says: no key more and none less. */
function read<T extends z.ZodType>(schema: T, { stdout, stderr }: Ended): z.infer<T> {
  assert.notEqual(stdout, "", stderr);
  return schema.parse(JSON.parse(stdout));
}

describe("canary status", () => {
  it("says how to begin where nothing is live", async () => {
    const { exitCode, stdout } = await run("status");
    assert.equal(exitCode, 0);
    assert.match(stdout, /Nothing was released yet. Begin with: canary promote/);
    assert.equal(read(statusSchema, await run("status", "--json")).live, null);
  });

  it("shows the stage, the shares, the pods as a tree and what is next", async () => {
    await world.at("canary-25");
    const { stdout } = await run("status");
    assert.match(stdout, /canary-25 is live with 1\.0 → 1\.1|canary-25 is live with/);
    assert.match(stdout, /canary +\S+ +25 % +25 % +not asked +not asked/);
    assert.match(stdout, /Deployment shop-new {2}1 pod\n {2}└─ ReplicaSet \S+ .*\n {5}└─ Pod \S+ +ready/);
    assert.match(stdout, /next: canary promote canary-75/);
    const { live } = read(statusSchema, await run("status", "--json"));
    assert.deepEqual(
      [live?.stage, live?.next, live?.shares.previous.intended],
      ["canary-25", "canary-75", 75],
    );
  });

  it("names the lock's holder", async () => {
    const place = { namespace: NAMESPACE, name: "shop-release" };
    const lock = await acquireLock(world.api, place, { holder: "bob@server:2", purpose: "rollback" });
    assert.match((await run("status")).stdout, /lock {4}bob@server:2 since .* \(rollback\)/);
    assert.equal(read(statusSchema, await run("status", "--json")).lock?.name, "bob@server:2");
    assert.equal((await run("unlock", "--holder", "alice")).exitCode, 3);
    assert.equal(
      read(unlockSchema, await run("unlock", "--holder", "bob@server:2", "--json")).broken.purpose,
      "rollback",
    );
    await lock.release().catch(() => undefined);
  });
});

describe("canary preview", () => {
  it("shows the next stage in numbers, and tells by its exit code only when asked", async () => {
    await world.at("canary-25");
    const { exitCode, stdout } = await run("preview");
    assert.equal(exitCode, 0);
    assert.match(stdout, /^canary-75 {2}promotion of shop/);
    assert.match(stdout, /canary .* 25 → 75 +25 % → 75 % +25 % → 75 %/);
    assert.match(stdout, /share of the canary during the move: 25 % to /);
    const told = await run("preview", "--exit-code", "--json");
    assert.equal(told.exitCode, 10);
    assert.equal(read(previewSchema, told).move, "promotion");
  });

  it("refuses what the lifecycle refuses", async () => {
    await world.at("canary-25");
    const { exitCode, stderr } = await run("preview", "canary-100");
    assert.equal(exitCode, 3);
    assert.match(stderr, /has not been at canary-75 yet/);
  });

  it("has nothing to show at the end of a release", async () => {
    await world.at("canary-25", "canary-75", "canary-100");
    const { exitCode, stderr } = await run("preview");
    assert.equal(exitCode, 3);
    assert.match(stderr, /canary-100 is the last stage.*\n.*canary release VERSION/);
  });
});

describe("canary promote", () => {
  it("asks nobody where nobody is, and changes nothing", async () => {
    const { exitCode, stderr } = await run("promote");
    assert.equal(exitCode, 2);
    assert.match(stderr, /no terminal to ask on/);
    assert.deepEqual(world.engine, []);
  });

  it("goes to the next stage, and shows beforehand what it changes", async () => {
    await world.at("canary-25");
    const promoted = await run("promote", "--yes", "--json", ...measuring);
    assert.equal(promoted.exitCode, 0, promoted.stderr);
    assert.match(promoted.stderr, /canary-75 {2}promotion of shop/);
    const [move] = read(promoteSchema, promoted);
    assert.deepEqual([move?.stage, move?.applied, move?.verification?.fits], ["canary-75", true, true]);
    assert.equal(await world.liveStage(), "canary-75");
  });

  it("goes through every stage up to one", async () => {
    await world.at("canary-25");
    const words = ["promote", "--to", "canary-100", "--soak", "0s", "--yes"];
    const moves = read(promoteSchema, await run(...words, "--json", ...measuring));
    assert.deepEqual(
      moves.map(({ stage }) => stage),
      ["canary-75", "canary-100"],
    );
    assert.equal((await run("promote", "canary-75", "--to", "canary-100", "--yes")).exitCode, 2);
  });

  it("has no stage ahead behind it", async () => {
    await world.at("canary-25", "canary-75");
    const { exitCode, stderr } = await run("promote", "--to", "canary-25", "--yes");
    assert.equal(exitCode, 2);
    assert.match(stderr, /no stage ahead: the next one is canary-100/);
  });

  it("ends with 4 when the share does not fit, and may go back by itself", async () => {
    await world.at("canary-25");
    const nowhere = ["--url", "http://127.0.0.1:9", "--requests", "20", "--settle", "0s"];
    const unfit = await run("promote", "--yes", "--rollback-on-failure", "--json", ...nowhere);
    assert.equal(unfit.exitCode, 4, unfit.stderr);
    assert.equal(read(promoteSchema, unfit)[0]?.rolledBack?.stage, "canary-25");
    assert.equal(await world.liveStage(), "canary-25");
  });
});

describe("canary rollback, verify and history", () => {
  it("goes back to the stage before, and remembers it", async () => {
    await world.at("canary-25");
    await run("promote", "--yes", "--no-verify");
    const back = await run("rollback", "--yes", "--json", ...measuring);
    assert.equal(back.exitCode, 0, back.stderr);
    assert.equal(read(rollbackSchema, back).stage, "canary-25");
    const moves = read(historySchema, await run("history", "--json"));
    assert.deepEqual(
      moves.map(({ stage, move }) => `${move} ${stage}`),
      ["rollback canary-25", "promotion canary-75"],
    );
    assert.match((await run("history")).stdout, /^when .*\n.*rollback +canary-25/);
  });

  it("needs to be told so, where nobody can be asked", async () => {
    assert.equal((await run("rollback")).exitCode, 2);
  });

  it("says what does not fit, and ends with 4", async () => {
    await world.at("canary-25");
    const verified = await run("verify", "--json", ...measuring);
    assert.equal(verified.exitCode, 0, verified.stderr);
    assert.equal(read(verifySchema, verified).shares.canary.measured, 25);
    world.share = 60;
    const unfit = await run("verify", ...measuring);
    assert.equal(unfit.exitCode, 4);
    assert.match(unfit.stdout, /DOES NOT FIT\n.*measured at .*does not fit 25 %/);
    assert.equal((await run("verify", "--version-pattern", "(")).exitCode, 2);
  });

  it("has nothing to measure where nothing is live", async () => {
    assert.equal((await run("verify")).exitCode, 3);
    assert.match((await run("history")).stdout, /No move was made yet/);
  });
});

describe("canary teardown", () => {
  it("says what will be gone, and does it for the right name alone", async () => {
    await world.at("canary-25", "canary-75");
    const wrong = await run("teardown", "--confirm", "shop/other");
    assert.equal(wrong.exitCode, 2);
    assert.match(wrong.stderr, /in this order:\n {2}canary-75: .*\n {2}canary-25: DELETES/);
    assert.equal((await run("teardown")).exitCode, 2);
    const down = await run("teardown", "--confirm", `shop/${NAMESPACE}`, "--json");
    assert.deepEqual(read(teardownSchema, down).destroyed, ["canary-75", "canary-25"]);
  });
});
