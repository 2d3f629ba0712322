import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { GateConfig } from "../../../src/config/gate.ts";
import { Refusal } from "../../../src/errors.ts";
import type { ReleaseEvent } from "../../../src/model/event.ts";
import { judgeLiveStage } from "../../../src/operations/judge.ts";
import { type JudgedPromotionOptions, promoteAndJudge } from "../../../src/operations/judged-promotion.ts";
import { evidenceSchema, promoteSchema, statusSchema } from "../../../src/results/schemas.ts";
import { canary } from "../../support/fake-session.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { ALICE, fakeProject, recorder } from "../../support/fakes.ts";
import { type Rates, statisticsOf } from "../../support/statistics.ts";
import { withWeighted } from "../../support/weighted-router/index.ts";

const HEALTHY: Rates = { canary: { requests: 125, failed: 0 }, previous: { requests: 375, failed: 0 } };
const BROKEN: Rates = { canary: { requests: 62, failed: 62 }, previous: { requests: 188, failed: 0 } };
const QUIET: Rates = { canary: { requests: 0, failed: 0 }, previous: { requests: 1, failed: 0 } };

let world: FakeWorld;
let statistics: Awaited<ReturnType<typeof statisticsOf>>;

beforeEach(async () => {
  world = new FakeWorld();
  statistics = await statisticsOf(structuredClone(HEALTHY));
});
afterEach(() => Promise.all([world.close(), statistics.close()]));

/** The edge serves these from now on. */
const serving = (rates: Rates): void => void Object.assign(statistics.rates, structuredClone(rates));

/** canary-25 is live, and judged fine. */
async function atJudged25(): Promise<void> {
  await world.at("canary-25");
  serving(HEALTHY);
  const { evidence } = await judgeLiveStage(world, options());
  assert.equal(evidence.decision, "fine");
}

const gateOf = (more: Partial<GateConfig> = {}): GateConfig => ({
  stats: [statistics.url],
  metrics: [],
  every: 0.001,
  least: 0,
  most: 10,
  unknown: "hold",
  harm: "abort",
  required: false,
  ratio: 1.25,
  points: 0.02,
  falseAlarms: 1,
  certainty: 95,
  stages: {},
  ...more,
});

const options = (more: Partial<GateConfig> = {}): JudgedPromotionOptions & { gate: GateConfig } => ({
  identity: ALICE,
  observer: recorder(),
  signal: new AbortController().signal,
  verification: undefined,
  confirm: async () => true,
  rollbackOnFailure: false,
  takeOver: false,
  gate: gateOf(more),
});

describe("a promotion that is judged", () => {
  it("stays where the canary is fine, and the history has the verdict with its numbers", async () => {
    await world.at("canary-25");
    const { evidence, takenOut } = await promoteAndJudge(world, "canary-75", options());
    assert.equal(evidence?.decision, "fine");
    assert.equal(takenOut, undefined);
    assert.equal(await world.liveStage(), "canary-75");
    const [entry] = await world.history();
    assert.deepEqual([entry?.move, entry?.result, entry?.stage], ["judgement", "judged", "canary-75"]);
    assert.equal(entry?.verdict?.decision, "fine");
    assert.equal(entry?.verdict?.canary.requests, evidence?.canary.requests);
  });

  it("takes a canary out that does harm, at once and with the reason", async () => {
    await atJudged25();
    serving(BROKEN);
    const { evidence, takenOut } = await promoteAndJudge(world, "canary-75", options());
    assert.equal(evidence?.decision, "harm");
    assert.equal(takenOut?.stage, "canary-0");
    const record = await world.liveRecord();
    assert.match(record?.aborted?.reason ?? "", /^fails 100 % where previous fails 0 %: chance would show/);
  });

  it("tells others of each beginning, move, verdict and abort, in order", async () => {
    await atJudged25();
    serving(BROKEN);
    const told: string[] = [];
    const observer = {
      ...recorder(),
      event: ({ kind, stage }: ReleaseEvent) => told.push(`${kind} ${stage}`),
    };
    await promoteAndJudge(world, "canary-75", { ...options(), observer });
    assert.deepEqual(told, [
      "start canary-75",
      "move canary-75",
      "verdict canary-75",
      "start canary-0",
      "abort canary-0",
    ]);
  });

  it("tells others of a move that is refused after its beginning too, and writes nothing down", async () => {
    await atJudged25();
    world.begin = (operation) => {
      if (operation === "apply") throw new Refusal("somebody was faster", "Look again.");
    };
    const told: string[] = [];
    const event = ({ kind, reason = "" }: ReleaseEvent) => told.push(`${kind} ${reason}`.trim());
    const promoted = promoteAndJudge(world, "canary-75", {
      ...options(),
      observer: { ...recorder(), event },
    });
    await assert.rejects(promoted, /somebody was faster/);
    assert.deepEqual(told, ["start", "failure somebody was faster"]);
    assert.equal((await world.history())[0]?.move, "judgement");
  });

  it("goes back a stage, or leaves it, where that is configured", async () => {
    await atJudged25();
    serving(BROKEN);
    const back = await promoteAndJudge(world, "canary-75", options({ harm: "rollback" }));
    assert.equal(back.takenOut?.stage, "canary-25");
    await atJudged25();
    serving(BROKEN);
    const left = await promoteAndJudge(world, "canary-75", options({ harm: "hold" }));
    assert.deepEqual([left.evidence?.decision, left.takenOut], ["harm", undefined]);
    assert.equal(await world.liveStage(), "canary-75");
  });

  it("says nothing where there is nothing to compare with, and where no gate is set", async () => {
    await world.at("canary-25", "canary-75");
    const last = await promoteAndJudge(world, "canary-100", options());
    assert.equal(last.evidence, undefined);
    const without = await promoteAndJudge(world, "canary-100", { ...options(), gate: undefined });
    assert.equal(without.evidence, undefined);
    await assert.rejects(judgeLiveStage(world, options()), /canary-100 gives the canary all of the traffic/);
  });

  it("judges a stage that nobody judged before it is left, and once only", async () => {
    await world.at("canary-25");
    await promoteAndJudge(world, "canary-75", options());
    const judged = async () => (await world.history()).filter(({ move }) => move === "judgement");
    assert.deepEqual(
      (await judged()).map(({ stage }) => stage),
      ["canary-75", "canary-25"],
    );
    await promoteAndJudge(world, "canary-100", options());
    assert.equal((await judged()).length, 2, "canary-75 was judged already");
    assert.equal(await world.liveStage(), "canary-100");
  });

  it("does not leave a stage of which nothing can be said, and takes a canary out that does harm there", async () => {
    await world.at("canary-25");
    serving(QUIET);
    const held = await promoteAndJudge(world, "canary-75", options({ most: 0.3 }));
    assert.deepEqual([held.applied, held.judged, held.evidence?.decision], [false, "canary-25", "go on"]);
    assert.equal(await world.liveStage(), "canary-25");
    serving(BROKEN);
    const harm = await promoteAndJudge(world, "canary-75", options());
    assert.deepEqual(
      [harm.applied, harm.evidence?.decision, harm.takenOut?.stage],
      [false, "harm", "canary-0"],
    );
    assert.equal(await world.liveStage(), "canary-0");
  });

  it("asks for no verdict on the way back", async () => {
    await world.at("canary-25", "canary-75");
    serving(BROKEN);
    const back = await promoteAndJudge(world, "canary-25", options({ harm: "hold" }));
    assert.equal(back.move, "rollback");
    assert.deepEqual(
      (await world.history()).map(({ move }) => move),
      ["judgement", "rollback"],
    );
  });

  it("takes no counters of another namespace's pods of the same names for its own", async () => {
    await atJudged25();
    await statistics.close();
    statistics = await statisticsOf(structuredClone(BROKEN), "other");
    const { evidence, takenOut } = await promoteAndJudge(world, "canary-75", options({ most: 0.3 }));
    assert.deepEqual([evidence?.decision, evidence?.canary.requests, takenOut], ["go on", 0, undefined]);
    assert.equal(evidence?.unread, "gate.stats, HAProxy, counts no pod of namespace web");
  });

  it("has no verdict where somebody else moves meanwhile, and takes nothing out", async () => {
    await atJudged25();
    serving(QUIET);
    const judging = promoteAndJudge(world, "canary-75", options({ most: 20 }));
    const moved = (async () => {
      while ((await world.liveStage()) !== "canary-75")
        await new Promise((resolve) => setTimeout(resolve, 1));
      await world.at("canary-25");
    })();
    await assert.rejects(judging, /canary-75 is not judged to the end: canary-25 is live meanwhile/);
    await moved;
    assert.equal(await world.liveStage(), "canary-25");
  });
});

describe("canary with a gate", () => {
  /** The same world, whose project has the gate. */
  function withGate(more: Partial<GateConfig> = {}): void {
    const project = fakeProject();
    world.project = { ...project, config: { ...project.config, gate: gateOf(more) } };
  }

  it("judges the live stage: a line for each look with --json, and the exit code of the verdict", async () => {
    withGate({ most: 6 });
    await world.at("canary-25");
    serving(QUIET);
    const { exitCode, stdout } = await canary(world, "judge", "--json", "--most", "0.2s");
    assert.equal(exitCode, 5);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => evidenceSchema.parse(JSON.parse(line)));
    assert.equal(lines.at(-1)?.decision, "go on");
  });

  it("ends with 2 where nobody says where requests are counted, and with 3 where there is nothing to compare", async () => {
    await world.at("canary-25");
    assert.equal((await canary(world, "judge")).exitCode, 2);
    withGate();
    await world.at("canary-0");
    const refused = await canary(world, "judge");
    assert.equal(refused.exitCode, 3, refused.stderr);
  });

  it("ends a promotion with 5 where nothing can be said, goes on where that is configured, and skips it with --no-gate", async () => {
    const promote = (...words: string[]) =>
      canary(world, "promote", "--yes", "--no-verify", "--json", ...words);
    await atJudged25();
    serving(QUIET);
    withGate({ most: 0.3 });
    const held = await promote("canary-75");
    assert.equal(held.exitCode, 5, held.stderr);
    assert.equal(promoteSchema.parse(JSON.parse(held.stdout))[0]?.evidence?.decision, "go on");
    await atJudged25();
    serving(QUIET);
    withGate({ unknown: "proceed", most: 0.3 });
    assert.equal((await promote("canary-75")).exitCode, 0);
    await atJudged25();
    const skipped = await promote("canary-75", "--no-gate");
    assert.equal(promoteSchema.parse(JSON.parse(skipped.stdout))[0]?.evidence, null);
  });

  it("says which stage it does not leave and what to type, and ends with 5", async () => {
    await world.at("canary-25");
    serving(QUIET);
    withGate({ most: 0.3 });
    const held = await canary(world, "promote", "--yes", "--no-verify");
    assert.equal(held.exitCode, 5, held.stderr);
    assert.match(held.stdout, /^canary-75: nothing was changed\.\ncanary-25 {2}held: the canary /);
    assert.match(held.stdout, /Go on all the same with: canary promote canary-75 --no-gate$/m);
    const json = await canary(world, "promote", "--yes", "--no-verify", "--json");
    const [outcome] = promoteSchema.parse(JSON.parse(json.stdout));
    assert.deepEqual([outcome?.stage, outcome?.applied, outcome?.judged], ["canary-75", false, "canary-25"]);
    assert.equal((await canary(world, "promote", "--yes", "--no-verify", "--no-gate")).exitCode, 0);
    assert.equal(await world.liveStage(), "canary-75");
  });

  it("tells the move also where its judgement fails", async () => {
    withGate({ most: 20 });
    await atJudged25();
    serving(QUIET);
    const judging = canary(world, "promote", "canary-75", "--yes", "--no-verify", "--json");
    while ((await world.liveStage()) !== "canary-75") await new Promise((resolve) => setTimeout(resolve, 1));
    await world.at("canary-25");
    const { exitCode, stdout, stderr } = await judging;
    assert.equal(exitCode, 1);
    assert.match(stderr, /canary-75 is not judged to the end: canary-25 is live meanwhile/);
    const [moved] = promoteSchema.parse(JSON.parse(stdout));
    assert.deepEqual([moved?.stage, moved?.applied, moved?.evidence], ["canary-75", true, null]);
  });

  it("moves nothing where the router counts no requests", async () => {
    await world.at("canary-25");
    const project = fakeProject(undefined, {
      router: "weighted",
      replicas: { each: 2 },
      routers: withWeighted,
    });
    world.project = { ...project, config: { ...project.config, gate: gateOf() } };
    const refused = await canary(world, "promote", "--yes", "--no-verify");
    assert.equal(refused.exitCode, 1, refused.stderr);
    assert.match(refused.stderr, /gate\.stats is set, but the router weighted has no statistics of its own/);
    assert.equal(await world.liveStage(), "canary-25");
  });

  it("shows in the status what was found at the live stage, until that is applied again", async () => {
    await atJudged25();
    const status = async () => {
      const { stdout } = await canary(world, "status", "--json");
      return statusSchema.parse(JSON.parse(stdout)).live?.verdict;
    };
    assert.equal((await status())?.decision, "fine");
    const { stdout } = await canary(world, "status");
    assert.match(stdout, /^judged fine: canary 0 of [\d,]+ requests failed, previous 0 of [\d,]+$/m);
    const again = await canary(world, "promote", "canary-25", "--yes", "--no-verify", "--no-gate");
    assert.equal(again.exitCode, 0, again.stderr);
    assert.equal(await status(), null);
    assert.doesNotMatch((await canary(world, "status")).stdout, /judged/);
  });

  it("ends a promotion with 6 where it took the canary out, and says so", async () => {
    await atJudged25();
    serving(BROKEN);
    withGate();
    const harm = await canary(world, "promote", "canary-75", "--yes", "--no-verify");
    assert.equal(harm.exitCode, 6, harm.stderr);
    assert.match(harm.stdout, /HARM: the canary fails 100 % where previous fails 0 %/);
    assert.match(harm.stdout, /taken out: canary-0 {2}abort of/);
    assert.equal(await world.liveStage(), "canary-0");
  });
});
