import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { CANARIES } from "../../../../bench/peers/canaries.ts";
import { CONTENDERS } from "../../../../bench/peers/contender.ts";
import { tablesOf } from "../../../../bench/peers/document.ts";
import { missingCanaries } from "../../../../bench/peers/missing.ts";
import { judgedPicture, releasesPicture } from "../../../../bench/peers/pictures.ts";
import type { Report } from "../../../../bench/peers/report.ts";
import { beyondBase } from "../../../../bench/peers/tables/judged.ts";
import { EMPTY, judgedOf, releaseOf } from "./runs.ts";

describe("the document of the peers", () => {
  it("names in the document what was not measured", () => {
    assert.match(tablesOf(EMPTY), /No release was measured\.[\s\S]*No bad canary was measured\./);
    const part = tablesOf({ ...EMPTY, releases: [releaseOf("gateway", 0), releaseOf("flagger", 0)] });
    assert.match(part, /\*\*Not run with\*\* this program, `replicas`; Argo Rollouts\./);
  });

  it("names the canaries that were not judged, and by whom", () => {
    const judged = CONTENDERS.flatMap((contender) =>
      CANARIES.filter((kind) => kind !== "has no image").map((canary) => judgedOf({ contender, canary })),
    );
    const incomplete = judged.filter(
      ({ contender, canary }) => contender !== "argo" || canary !== "twice as slow",
    );
    assert.deepEqual(missingCanaries(incomplete), [
      "**Not run at 50/s**: twice as slow (Argo Rollouts); has no image.",
      "**None was run at 500/s**.",
    ]);
  });

  it("shows medians and worst times, failures by kind, and false alarms as such", () => {
    const text = tablesOf({
      ...EMPTY,
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
    assert.match(text, /\| Flagger \| in moves \| 2 \| 500\/s \| 1,000 \| 3 \| 3 reset \|/);
    assert.match(text, /\| Flagger \| 1m \| \*\*taken out: a false alarm\*\* \| 15 \| 2 \|/);
    assert.match(text, /\| this program, `gateway` \| {2}\| released \|/);
    assert.match(text, /\| Argo Rollouts \| 1m \| \*\*released\*\* \|/);
    assert.ok(text.indexOf("this program, `gateway` | in moves") < text.indexOf("Flagger | in moves"));
  });

  it("counts no failure that the base rate would have cost", () => {
    assert.equal(beyondBase(judgedOf({ failed: 12, base: 10 })), 2);
    assert.equal(beyondBase(judgedOf({ failed: 9, base: 10 })), 0);
  });

  it("is drawn with a panel for each contender and a bar for each run at the rate of the most", () => {
    const report: Report = {
      ...EMPTY,
      releases: [releaseOf("flagger", 3), releaseOf("gateway", 0)],
      judged: [judgedOf({}), judgedOf({ rate: 500 }), judgedOf({ rate: 500, contender: "argo" })],
    };
    assert.equal(releasesPicture(report).match(/the first cycle/g)?.length, 2);
    assert.equal(judgedPicture(report).match(/190, taken out/g)?.length, 2);
  });
});
