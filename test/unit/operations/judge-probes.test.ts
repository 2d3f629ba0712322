import assert from "node:assert/strict";
import { createServer } from "node:http";
import { afterEach, beforeEach, describe, it } from "mocha";
import { evidenceSchema } from "../../../src/results/schemas.ts";
import { canary } from "../../support/fake-session.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { type Loopback, listenOnLoopback } from "../../support/loopback.ts";
import { statisticsOf } from "../../support/statistics.ts";

let world: FakeWorld;
let statistics: Awaited<ReturnType<typeof statisticsOf>>;
let edge: Loopback;
let asked: number;

beforeEach(async () => {
  world = new FakeWorld();
  await world.at("canary-25");
  const rates = { canary: { requests: 2, failed: 0 }, previous: { requests: 6, failed: 0 } };
  statistics = await statisticsOf(rates);
  asked = 0;
  const { previous, canary: next } = world.project.config.release;
  const answer = () => (asked++ % 4 === 0 ? next : previous);
  edge = await listenOnLoopback(createServer((_request, response) => void response.end(answer())));
});
afterEach(() => Promise.all([world.close(), statistics.close(), edge.close()]));

const judge = (...words: string[]) =>
  canary(world, "judge", "--stats", statistics.url, "--most", "2s", "--url", edge.url, ...words);

describe("canary judge --probe-rate", () => {
  it("sends requests to the edge meanwhile, and shows them apart from users'", async () => {
    const { stdout, stderr } = await judge("--probe-rate", "50");
    assert.ok(asked > 20, stderr);
    assert.match(stdout, /^ {2}of users: canary 0 of \d+ requests failed, previous 0 of \d+$/m);
    assert.match(
      stdout,
      /^ {2}of the command's own: \d+ sent, the canary answered \d+, previous \d+, 0 failed$/m,
    );
  });

  it("has them in each line of --json, and sends none without it", async () => {
    const last = (stdout: string) => evidenceSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
    assert.equal(last((await judge("--json")).stdout).own, null);
    assert.equal(asked, 0);
    const { own } = last((await judge("--probe-rate", "50", "--json")).stdout);
    assert.ok(own && own.answered.canary > 0 && own.answered.previous > own.answered.canary);
    assert.equal(own.failed, 0);
  });

  it("says why its own requests fail, where they name no known version", async () => {
    const { stdout } = await judge("--probe-rate", "50", "--version-header", "x-version");
    assert.match(stdout, /, [1-9]\d* failed \(an answer of no known version\)$/m);
  });

  it("takes no rate that is a load, and none that is no number", async () => {
    for (const [rate, reason] of [
      ["51", /Give at most 50 a second/],
      ["0", /Give a number above 0/],
      ["fast", /Give a number above 0/],
    ] as const) {
      const { exitCode, stderr } = await judge("--probe-rate", rate);
      assert.equal(exitCode, 2);
      assert.match(stderr, reason);
    }
  });
});
