import assert from "node:assert/strict";
import fc from "fast-check";
import { afterEach, beforeEach, describe, it } from "mocha";
import { DEFAULTS } from "../../../../src/gate/parameters.ts";
import type { Evidence } from "../../../../src/judging/evidence.ts";
import { prometheusAt } from "../../../../src/judging/prometheus/client.ts";
import { gridOf } from "../../../../src/judging/prometheus/grid.ts";
import { OWN_QUERIES } from "../../../../src/judging/prometheus/readings.ts";
import { prometheusSource } from "../../../../src/judging/prometheus/source.ts";
import { soak } from "../../../../src/judging/soak.ts";
import type { LookSource } from "../../../../src/judging/source.ts";
import { type FakePrometheus, fakePrometheus, type Point } from "../../../support/prometheus.ts";

/** Ten minutes and more from every clock here. */
const T0 = 1_500_000_000;
const EVERY = 5;

const QUERIES = {
  canary: { requests: "all canary", failures: "failed canary" },
  previous: { requests: "all previous", failures: "failed previous" },
};

let fake: FakePrometheus;
/** Where the soak began, as the history would keep it. */
let began: number | undefined;

beforeEach(async () => {
  fake = await fakePrometheus(T0 + 0.5);
  fake.series = rates({ canary: [25, 0], previous: [75, 0] });
  began = undefined;
});
afterEach(() => fake.close());

const at = (point: Point["value"], pod: string): Point => ({
  labels: { instance: "edge", pod },
  value: point,
});

/** Counters of one pod each that grow by so many requests and failures a second. */
function rates(per: Record<string, readonly [requests: number, failed: number]>): FakePrometheus["series"] {
  return (query, time) => {
    const [what = "", track = ""] = query.split(" ");
    const [requests, failed] = per[track] ?? [0, 0];
    return [at((what === "all" ? requests : failed) * (time - T0 + 1000), `${track}-1`)];
  };
}

/** The source as a command opens it, which may be a second one. */
function open(timeoutMs = 1000): LookSource {
  const prometheus = prometheusAt(fake.url, async () => ({}), timeoutMs);
  const onBegin = async (beginning: number) => {
    began = beginning;
  };
  const grid = gridOf(prometheus, { lookSeconds: EVERY, began, onBegin });
  return prometheusSource(prometheus, grid, QUERIES, OWN_QUERIES);
}

/** Its clock goes on. */
const pass = (seconds: number): void => {
  fake.now += seconds;
};

describe("looks out of Prometheus", () => {
  it("are taken by its clock alone, from the soak's beginning on, once they have settled", async () => {
    const source = open();
    assert.deepEqual(await source.read(), []);
    assert.equal(began, T0);
    pass(2);
    assert.deepEqual(
      (await source.read()).map(({ seconds }) => seconds),
      [0],
    );
    pass(10.5);
    const next = await source.read();
    assert.deepEqual(
      next.map(({ seconds }) => seconds),
      [5, 10],
    );
    assert.deepEqual(next[0]?.reading["edge canary-1"], {
      track: "canary",
      requests: 25 * 1005,
      failed: 0,
    });
    const starts = fake.asked.map(({ query }) => query.get("start")).filter(Boolean);
    assert.deepEqual([...new Set(starts)], [String(T0), String(T0 + 5)]);
  });

  it("are the same for a command that comes later, however the reads fell", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
        async (waits) => {
          fake.now = T0 + 0.5;
          began = undefined;
          const source = open();
          const found = [...(await source.read())];
          for (const wait of waits) {
            pass(wait);
            found.push(...(await source.read()));
          }
          pass(0.001);
          assert.deepEqual(await open().read(), found);
        },
      ),
      { numRuns: 8 },
    );
  });

  it("lose nothing while it is away or slow", async () => {
    const source = open(200);
    await source.read();
    pass(12);
    fake.instead = (response) => response.writeHead(503).end("busy");
    await assert.rejects(source.read(), {
      message: `Prometheus at ${fake.url} cannot be asked: it answers 503`,
    });
    fake.instead = () => "nothing";
    await assert.rejects(source.read(), /cannot be asked: no answer within 0\.2 s/);
    fake.instead = () => undefined;
    assert.deepEqual(
      (await source.read()).map(({ seconds }) => seconds),
      [0, 5, 10],
    );
  });

  it("say what is wrong with a query, in Prometheus' words and with the query", async () => {
    const refusal = '{"status":"error","errorType":"bad_data","error":"parse error: x"}';
    fake.instead = (response) => response.writeHead(400).end(refusal);
    await assert.rejects(open().read(), {
      message: `Prometheus at ${fake.url} does not answer time(): parse error: x`,
    });
    fake.instead = (response) => response.end("<html>log in</html>");
    await assert.rejects(open().read(), /its answer is none of Prometheus' API/);
    fake.instead = (response) => response.writeHead(302, { location: "/login" }).end();
    await assert.rejects(open().read(), /it answers 302/);
  });

  for (const [what, series, message] of [
    [
      "finds nothing",
      (query: string, time: number) =>
        query === "all canary" ? [] : rates({ previous: [1, 0] })(query, time),
      /gate\.prometheus\.requests finds nothing for the canary: all canary/,
    ],
    [
      "has two series where the other has one",
      (query: string) => (query === "all canary" ? [at(1, "a"), at(2, "b")] : [at(0, "a")]),
      /requests has \{instance="edge", pod="b"\} of canary, and gate\.prometheus\.failures has no series with these labels/,
    ],
    [
      "is a rate",
      (query: string) => [at(query === "all canary" ? 0.53 : 0, "a")],
      /gate\.prometheus\.requests gives 0\.53, which is no count: all canary/,
    ],
    ["is no number", () => [at("NaN", "a")], /gives NaN, which is no count/],
    [
      "counts more failures than requests",
      (query: string) => [at(query.startsWith("failed") ? 7 : 3, "a")],
      /failures counts 7 where gate\.prometheus\.requests counts 3/,
    ],
  ] as const) {
    it(`cannot be taken where a query ${what}`, async () => {
      const source = open();
      await source.read();
      pass(3);
      fake.series = series;
      await assert.rejects(source.read(), message);
      fake.series = rates({ canary: [25, 0], previous: [75, 0] });
      pass(5);
      assert.equal((await source.read()).length, 2);
    });
  }

  it("refuse a clock that stands still, or goes back behind the beginning", async () => {
    const source = open();
    await source.read();
    await assert.rejects(
      source.read(),
      /the clock of Prometheus at \S+ stands still at 2017-07-14T02:40:00\.500Z/,
    );
    fake.now = T0 - 600;
    await assert.rejects(
      open().read(),
      /says 2017-07-14T02:30:00\.000Z, and this soak began at 2017-07-14T02:40/,
    );
  });
});

describe("a soak over Prometheus", () => {
  /** Judges; each read finds its clock so many seconds further. @param reads after so many the command is killed */
  async function judged({
    seconds = EVERY,
    reads = Number.POSITIVE_INFINITY,
  } = {}): Promise<Evidence | "killed"> {
    const source = open();
    const killed = new AbortController();
    let count = 0;
    const passing: LookSource = {
      name: source.name,
      read: async () => {
        if (++count > reads) killed.abort(new Error("killed"));
        const counted = await source.read();
        pass(seconds);
        return counted;
      },
    };
    const options = { leastSeconds: 60, mostSeconds: 75, parameters: DEFAULTS, lookSeconds: 0.0005 };
    try {
      return await soak({ ...passing }, { ...options, signal: killed.signal });
    } catch (error) {
      if (killed.signal.aborted) return "killed";
      throw error;
    }
  }

  const scenarios = {
    "that is fine": rates({ canary: [25, 0], previous: [75, 0] }),
    "that does harm": rates({ canary: [25, 2], previous: [75, 0] }),
    "of which nothing can be said": rates({ canary: [0, 0], previous: [1, 0] }),
    "whose edge began anew in the middle": ((query, time) => {
      const [what = "", track = ""] = query.split(" ");
      const since = time < T0 + 31 ? time - T0 + 1000 : time - T0 - 31;
      const perSecond = track === "canary" ? 5 : 15;
      return [at(what === "all" ? Math.floor(perSecond * since) : 0, `${track}-1`)];
    }) satisfies FakePrometheus["series"],
  };

  for (const [what, series] of Object.entries(scenarios)) {
    // Killed after so many reads each time, until it comes to its end.
    const points = what === "that is fine" ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] : [1, 4];
    it(`${what} comes to the same, at the same time, for a command killed at ${points.length} points and started again`, async () => {
      fake.series = series;
      const undisturbed = await judged();
      assert.ok(undisturbed !== "killed");
      for (const reads of points) {
        fake.now = T0 + 0.5;
        began = undefined;
        let last: Evidence | "killed" = "killed";
        for (let commands = 0; last === "killed" && commands < 200; commands++) {
          last = await judged({ reads });
          pass(3 * reads);
        }
        assert.deepEqual(last, undisturbed, `killed after ${reads} reads each time`);
      }
    });
  }

  it("counts no failures that a reset made up", async () => {
    fake.series = scenarios["whose edge began anew in the middle"];
    const evidence = await judged();
    assert.ok(evidence !== "killed" && evidence.decision === "go on");
    assert.equal(evidence.canary.failed, 0);
    assert.ok(evidence.canary.requests < 5 * evidence.seconds, "the look with the reset is left out");
  });

  it("ends after the most time where Prometheus never answers", async () => {
    fake.instead = (response) => response.writeHead(500).end();
    const source = open();
    const options = { leastSeconds: 0, mostSeconds: 0.05, parameters: DEFAULTS, lookSeconds: 0.001 };
    const evidence = await soak(source, { ...options, signal: new AbortController().signal });
    assert.equal(evidence.decision, "go on");
    assert.match(evidence.unread ?? "", /it answers 500/);
  });
});
