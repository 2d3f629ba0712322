import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { type Entry, merged } from "../../../../bench/peers/report.ts";
import { addToReport, readReport } from "../../../../bench/peers/reports.ts";
import { EMPTY, judgedOf, releaseOf } from "./runs.ts";

describe("the report of the peers", () => {
  it("has one run of releases for each contender, and one of each canary, rate and interval", () => {
    const entries: Entry[] = [
      { part: "releases", run: releaseOf("gateway", 0) },
      { part: "releases", run: releaseOf("flagger", 3) },
      { part: "judged", run: judgedOf({}) },
      { part: "releases", run: releaseOf("flagger", 5) },
      { part: "judged", run: judgedOf({ interval: "10s" }) },
    ];
    const again = entries.reduce(merged, EMPTY);
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

  it("stands in a file for each part, and a run more leaves the others as they are", async () => {
    const folder = await mkdtemp(join(tmpdir(), "peers-"));
    try {
      assert.deepEqual(await readReport(folder), EMPTY);
      await addToReport(folder, { part: "releases", run: releaseOf("gateway", 0) });
      await addToReport(folder, { part: "judged", run: judgedOf({}) });
      assert.deepEqual((await readdir(folder)).sort(), ["peers-judged.json", "peers-releases.json"]);
      assert.deepEqual(await readReport(folder), {
        ...EMPTY,
        releases: [releaseOf("gateway", 0)],
        judged: [judgedOf({})],
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
