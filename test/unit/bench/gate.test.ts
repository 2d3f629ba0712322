import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { after, before, describe, it } from "mocha";
import { allCells, simulate } from "../../../bench/gate/cells.ts";
import { missedOf, tablesOf } from "../../../bench/gate/document.ts";
import { pictureOf } from "../../../bench/gate/picture.ts";
import { RULES } from "../../../bench/gate/rules.ts";
import { soak, type Traffic } from "../../../bench/gate/traffic.ts";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { lookOf } from "../gate/looks.ts";

const CELL: Traffic = { rate: 500, share: 0.25, base: 0.01, times: 1, pattern: "plain", minutes: 10 };

describe("a simulated soak", () => {
  it("is the same for the same seed, and another one for another", () => {
    assert.deepEqual(soak(CELL, 0.25), soak(CELL, 0.25));
    assert.notDeepEqual(soak(CELL, 0.25), soak(CELL, 0.5));
  });

  for (const pattern of ["plain", "bursts"] as const) {
    it(`has the traffic, the share and the failures that it is of: ${pattern}`, () => {
      const looks = soak({ ...CELL, times: 5, minutes: 60, pattern }, 0.3);
      const sum = (of: (look: (typeof looks)[number]) => number) =>
        looks.reduce((total, one) => total + of(one), 0);
      const [canary, previous] = [sum((one) => one.canary.requests), sum((one) => one.previous.requests)];
      assert.ok(Math.abs((canary + previous) / 3600 - 500) < 5);
      assert.ok(Math.abs(canary / (canary + previous) - 0.25) < 0.01);
      assert.ok(Math.abs(sum((one) => one.canary.failed) / canary - 0.05) < 0.01);
      assert.ok(Math.abs(sum((one) => one.previous.failed) / previous - 0.01) < 0.003);
    });
  }

  it("fails everything of the canary where it is to", () => {
    for (const { canary } of soak({ ...CELL, times: Number.POSITIVE_INFINITY }, 0.1))
      assert.equal(canary.failed, canary.requests);
  });

  it("has an incident of both where it drifts", () => {
    const rates = soak({ ...CELL, pattern: "drift" }, 0.4).map(
      ({ previous }) => previous.failed / previous.requests,
    );
    assert.ok(Math.max(...rates) > 0.05);
    assert.ok(Math.min(...rates) < 0.02);
  });
});

describe("the rules of other tools", () => {
  const looks = (failed: number, minutes = 10) =>
    Array.from({ length: minutes * 12 }, () => lookOf([100, failed, 300, 0]));

  it("alarm at the fifth minute below 99 %, and at the fourth below 95 %", () => {
    assert.deepEqual([RULES.flagger(looks(2)), RULES.argo(looks(2))], [300, undefined]);
    assert.deepEqual([RULES.flagger(looks(6)), RULES.argo(looks(6))], [300, 240]);
    assert.deepEqual([RULES.flagger(looks(1)), RULES.argo(looks(1))], [undefined, undefined]);
  });

  it("count failed checks of the whole analysis, not on end", () => {
    const every = Array.from({ length: 10 }, (_, minute) => looks(minute % 2 === 0 ? 2 : 0, 1)).flat();
    assert.equal(RULES.flagger(every), 540);
  });

  it("judge once at the end", () => {
    assert.deepEqual([RULES.kayenta(looks(5)), RULES.kayenta(looks(0))], [600, undefined]);
  });
});

describe("a simulated cell", () => {
  it("counts users' failed requests until the canary is found, and all of them where it never is", () => {
    const { rules } = simulate({ ...CELL, times: Number.POSITIVE_INFINITY }, 3, 1);
    assert.equal(rules.gate.seconds, 15);
    assert.equal(rules.argo.seconds, 240);
    assert.ok(Math.abs(rules.gate.failed - 15 * 125) < 150, `${rules.gate.failed}`);
    assert.ok(Math.abs(rules.kayenta.failed - 600 * 125) < 1500, `${rules.kayenta.failed}`);
    const healthy = simulate({ ...CELL, base: 0.001 }, 3, 1);
    assert.deepEqual([healthy.rules.argo.alarmed, healthy.rules.argo.seconds], [0, null]);
  });

  it("is one of every combination; what is not reached is named", () => {
    assert.equal(allCells().length, 180);
    const cells = allCells()
      .filter(({ rate, minutes, pattern }) => rate === 500 && minutes === 10 && pattern === "plain")
      .map((cell) => simulate(cell, 2, 1));
    // Two soaks show nothing about a canary that fails five times as often at 0.1 %.
    assert.deepEqual(
      missedOf(cells).filter((line) => !line.includes("x5 at 0.1 %")),
      [],
    );
    const worse = cells.map((cell) => ({
      ...cell,
      rules: { ...cell.rules, gate: { ...cell.rules.gate, alarmed: 0.1 } },
    }));
    assert.match(
      missedOf(worse).join("\n"),
      /^false alarms, plain, 500\/s, the worst cell: 10 %, at most 0\.2 %/,
    );
    assert.match(
      tablesOf(cells, { soaks: 2, seconds: 1 }),
      /\| 500\/s \| 1 % \| all fail \| 15 s \/ 1,\d{3} \|/,
    );
    assert.match(pictureOf(cells), /<title>Requests of users that fail/);
  });
});

describe("npm run gate", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "gate-"));
  });
  after(() => rm(folder, { recursive: true }));

  async function gate(content?: string) {
    const file = join(folder, "looks.json");
    if (content !== undefined) await writeFile(file, content);
    const script = join(PROJECT_ROOT, "bench", "gate", "evaluate.ts");
    const words = content === undefined ? [] : [file];
    const { exitCode, stdout, stderr } = await execa(process.execPath, [script, ...words], { reject: false });
    return { exitCode, stdout, stderr };
  }
  const one = (looks: unknown, more: object = {}) =>
    JSON.stringify({ ...more, gates: [{ name: "a", planned: 120, looks, ignored: true }], ignored: 1 });

  it("says what the gate says to each look, and when it first did", async () => {
    const all = [62, 62, 188, 0];
    const { exitCode, stdout } = await gate(one([all, all, all]));
    assert.equal(exitCode, 0);
    const { gates } = JSON.parse(stdout) as { gates: { firstHarm: number; all: { decision: string }[] }[] };
    assert.equal(gates[0]?.firstHarm, 3);
    assert.deepEqual(
      gates[0]?.all.map(({ decision }) => decision),
      ["go on", "go on", "harm"],
    );
  });

  it("goes by the parameters of the file", async () => {
    const { stdout } = await gate(
      one([[62, 62, 188, 0]], { parameters: { alarmA: 2, runs: [[0.5, 1, 10]] } }),
    );
    assert.equal(JSON.parse(stdout).gates[0].firstHarm, 1);
  });

  const wrong: readonly [what: string, content: string | undefined, says: RegExp][] = [
    ["no file", undefined, /^no file is given\n/],
    ["no JSON", "{", /looks\.json: .*JSON/],
    ["no gates", "{}", /looks\.json: gates: /],
    ["a negative count", one([[1, -1, 1, 0]]), /gates\.0\.looks\.0\.1: /],
    ["part of a request", one([[1.5, 0, 1, 0]]), /gates\.0\.looks\.0\.0: /],
    [
      "more failures than requests",
      one([[1, 2, 1, 0]]),
      /looks\.0: more of the canary's requests fail than there are/,
    ],
    ["too few numbers", one([[1, 0, 1]]), /gates\.0\.looks\.0: /],
    ["a ratio that is none", one([], { parameters: { ratio: 0 } }), /parameters\.ratio: /],
  ];
  for (const [what, content, says] of wrong) {
    it(`refuses ${what} in words, on stderr alone`, async () => {
      const { exitCode, stdout, stderr } = await gate(content);
      assert.deepEqual([exitCode, stdout], [2, ""]);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\n\s+at /);
    });
  }
});
