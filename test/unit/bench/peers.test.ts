import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { CANARIES, HEALTHY, KINDS, versionsOf } from "../../../bench/peers/canaries.ts";
import { tablesOf } from "../../../bench/peers/document.ts";
import { startGates } from "../../../bench/peers/gates.ts";
import { cycleMoves, RELEASES_PER_CYCLE } from "../../../bench/peers/moves.ts";
import { judgedPicture, releasesPicture } from "../../../bench/peers/pictures.ts";
import { type Entry, type JudgedRun, merged, type Report } from "../../../bench/peers/report.ts";
import { countRights } from "../../../bench/peers/rights.ts";
import { rollout, STEP_AT } from "../../../bench/peers/settings/argo.ts";
import { settingsOf } from "../../../bench/peers/settings/ours.ts";
import { sharePerEnvoy } from "../../../bench/peers/splits.ts";
import { beyondBase } from "../../../bench/peers/tables/judged.ts";
import { parseUse } from "../../../bench/peers/usage.ts";

const CIRCUMSTANCES = {
  date: "2026-01-02",
  cores: 2,
  loadAverage: 0.5,
  versions: "Kubernetes v1.36.3, Flagger 1.41.0",
};
const FIGURES = {
  requests: 1000,
  failed: 0,
  failuresByKind: {},
  longestGapMs: 20,
  p50: 2,
  p99: 9,
  p999: 12,
};

function releaseOf(contender: "gateway" | "flagger", failed: number): Report["releases"][number] {
  const figures = { ...FIGURES, failed, failuresByKind: failed > 0 ? { reset: failed } : {} };
  const move = (seconds: number) => ({
    ...figures,
    cycle: 1,
    title: "to 25 %",
    share: 25,
    at: 1000,
    seconds,
    doneSeconds: seconds + 1,
    fewestReady: 2,
    made: 2,
    calls: 10,
    cpuSeconds: 3,
    peakMebibytes: 100,
    atRest: { new: 24.8, kept: 25.2 },
  });
  return {
    contender,
    rate: 500,
    cycles: 2,
    total: figures,
    during: figures,
    outside: FIGURES,
    clientLateMs: 8,
    moves: [move(2), move(6), move(4)],
    timeline: [
      { at: 0, byVersion: { r000: 10 }, failures: {}, p99: 5 },
      { at: 500, byVersion: { r000: 8, r001: 2 }, failures: {}, p99: 5 },
    ],
    circumstances: CIRCUMSTANCES,
  };
}

function judgedOf(run: Partial<JudgedRun>): Report["judged"][number] {
  return {
    contender: "gateway",
    canary: "fails everything",
    rate: 50,
    interval: "1m",
    outcome: "taken out",
    seconds: 15,
    requests: 750,
    failed: 190,
    base: 0,
    ...run,
    circumstances: CIRCUMSTANCES,
  };
}

describe("the bench beside the peers", () => {
  describe("share of a version at Envoy", () => {
    const at = (address: string, healthy = true) => ({ address, healthy });
    const isNew = (address: string) => address.startsWith("new");

    it("counts each side's pods by their version, and takes no pod that gets nothing", () => {
      const endpoints = { previous: [at("old-1"), at("new-1")], canary: [at("new-2"), at("old-2", false)] };
      assert.equal(sharePerEnvoy({ shares: [40], endpoints }, isNew), 40 + 60 / 2);
    });

    it("is nothing for a side without pods, and unknown without a route", () => {
      const endpoints = { previous: [at("old-1")], canary: [] };
      assert.equal(sharePerEnvoy({ shares: [25], endpoints }, isNew), 0);
      assert.equal(sharePerEnvoy({ shares: [], endpoints }, isNew), undefined);
    });
  });

  it("reads processor and memory of a process whatever its name is", () => {
    const stat = `42 (a (b) c) S 1 42 42 0 -1 4194560 900 0 0 0 250 50 0 0 20 0 12 0 12345 5000000 2048 18446744073709551615`;
    assert.deepEqual(parseUse(stat), { ticks: 300, pages: 2048 });
  });

  it("counts each right once, whichever rules give it", () => {
    const rules = [
      { apiGroups: [""], resources: ["pods", "secrets"], verbs: ["get", "list"] },
      { apiGroups: ["", "apps"], resources: ["pods"], verbs: ["get", "delete"] },
      { nonResourceURLs: ["/version"], verbs: ["get"] },
    ];
    assert.deepEqual(countRights("cluster", rules), {
      where: "cluster",
      pairs: 7,
      writing: 2,
      secrets: ["get", "list"],
    });
  });

  it("brings each cycle versions of its own, and leaves the last one live", () => {
    const [first, second] = [cycleMoves(1), cycleMoves(2)].map((moves) => [
      ...new Set(moves.map(({ version }) => version.name)),
    ]);
    assert.equal(first?.length, RELEASES_PER_CYCLE);
    assert.ok(!second?.some((name) => first?.includes(name)));
    const last = cycleMoves(1).at(-1);
    assert.deepEqual([last?.share, last?.version.name], [100, "r003"]);
  });

  it("knows the steps at which a Rollout waits", () => {
    for (const analysis of [undefined, { prometheus: "http://127.0.0.1:9", interval: "10s", pause: "60s" }]) {
      const { spec } = rollout({ name: "a", tag: "1.0.0", variables: {} }, analysis) as {
        readonly spec: { readonly strategy: { readonly canary: { readonly steps: readonly object[] } } };
      };
      const { steps } = spec.strategy.canary;
      for (const share of [25, 75] as const) {
        assert.deepEqual(steps[STEP_AT[share] - 1], { setWeight: share });
        assert.ok("pause" in (steps[STEP_AT[share]] ?? {}));
      }
      assert.equal(steps.length, STEP_AT[100]);
    }
  });

  it("judges with this program's own defaults, and not while shares are held", () => {
    const world = {
      envoy: { url: "http://10.0.0.1", admin: "http://127.0.0.1:1" },
      prometheus: "http://127.0.0.1:2",
    };
    assert.equal(settingsOf("gateway", "n", world, false).project.gate, undefined);
    assert.deepEqual(settingsOf("gateway", "n", world, true).project.gate, {
      value: { stats: ["http://127.0.0.1:1"] },
    });
  });

  it("has base rates for both versions, and a canary that is worse wherever somebody should find it", () => {
    for (const kind of CANARIES) {
      const { base, fails, variables, tag } = KINDS[kind];
      assert.equal(HEALTHY.includes(kind), fails === base && !variables && !tag);
      assert.equal(versionsOf(kind).stable.variables.FAIL_PERCENT, base === 0 ? undefined : String(base));
    }
  });

  it("opens Flagger's gates as often as is allowed, and no more", async () => {
    const gates = await startGates();
    try {
      const ask = async (path: string) => (await fetch(`${gates.url}${path}`, { method: "POST" })).status;
      assert.equal(await ask("/increase"), 403);
      gates.allow(1);
      assert.deepEqual([await ask("/increase"), await ask("/increase")], [200, 403]);
      assert.equal(await ask("/rollback"), 403);
      gates.rollback(true);
      assert.equal(await ask("/rollback"), 200);
      assert.equal(await ask("/elsewhere"), 403);
    } finally {
      await gates.close();
    }
  });

  describe("the report", () => {
    const empty: Report = { releases: [], judged: [], killed: [], rights: [] };

    it("has one run of releases for each contender, and one of each canary, rate and interval", () => {
      const entries: Entry[] = [
        { part: "releases", run: releaseOf("gateway", 0) },
        { part: "releases", run: releaseOf("flagger", 3) },
        { part: "judged", run: judgedOf({}) },
        { part: "releases", run: releaseOf("flagger", 5) },
        { part: "judged", run: judgedOf({ interval: "10s" }) },
      ];
      const again = entries.reduce(merged, empty);
      assert.deepEqual(
        again.releases.map(({ contender, total }) => [contender, total.failed]),
        [
          ["gateway", 0],
          ["flagger", 5],
        ],
      );
      assert.deepEqual(
        again.judged.map(({ interval }) => interval),
        ["1m", "10s"],
      );
    });

    it("names in the document what was not measured", () => {
      assert.match(tablesOf(empty), /No release was measured\.[\s\S]*No bad canary was measured\./);
    });

    it("shows medians and worst times, failures by kind, and false alarms as such", () => {
      const text = tablesOf({
        ...empty,
        releases: [releaseOf("flagger", 3), releaseOf("gateway", 0)],
        judged: [
          judgedOf({ contender: "flagger", canary: "healthy at 1 %", failed: 12, base: 10 }),
          judgedOf({ canary: "healthy at 1 %", outcome: "released" }),
          judgedOf({ contender: "argo", outcome: "released" }),
        ],
      });
      assert.match(
        text,
        /\| Flagger \| to 25 % \| 3 \| 9 \| 4\.0, 6\.0 \| 5\.0, 7\.0 \| 24\.8 % \| 25\.2 % \| 2 \| 2 \|/,
      );
      assert.match(text, /\| Flagger \| in moves \| 2 \| 1,000 \| 3 \| 3 reset \|/);
      assert.match(text, /\| Flagger \| 1m \| \*\*taken out: a false alarm\*\* \| 15 \| 2 \|/);
      assert.match(text, /\| this program, `gateway` \| 1m \| released \|/);
      assert.match(text, /\| Argo Rollouts \| 1m \| \*\*released\*\* \|/);
      assert.ok(text.indexOf("this program, `gateway` | in moves") < text.indexOf("Flagger | in moves"));
    });

    it("counts no failure that the base rate would have cost", () => {
      assert.equal(beyondBase(judgedOf({ failed: 12, base: 10 })), 2);
      assert.equal(beyondBase(judgedOf({ failed: 9, base: 10 })), 0);
    });

    it("is drawn with a panel for each contender and a bar for each run at the highest rate", () => {
      const report: Report = {
        ...empty,
        releases: [releaseOf("flagger", 3), releaseOf("gateway", 0)],
        judged: [judgedOf({}), judgedOf({ rate: 500 }), judgedOf({ rate: 500, contender: "argo" })],
      };
      assert.equal(releasesPicture(report).match(/the first cycle/g)?.length, 2);
      assert.equal(judgedPicture(report).match(/190, taken out/g)?.length, 2);
    });
  });
});
