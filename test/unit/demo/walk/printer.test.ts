import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import { reportTable, walkPrinter } from "../../../../demo/walk/printer.ts";
import { stepOf } from "../../../../demo/walk/steps.ts";
import { MOVE } from "./moves.ts";

describe("a walk in print", () => {
  const lines: string[] = [];
  const printer = walkPrinter({ say: (line) => lines.push(line) });

  beforeEach(() => {
    lines.length = 0;
  });

  it("shows what is typed", () => {
    printer.typed("npx canary rollback --yes");
    assert.deepEqual(lines, ["\n$ npx canary rollback --yes"]);
  });

  it("shows a move as the command does, and what the load saw of it", () => {
    printer.moved(MOVE, { requests: 2600, failed: 2 });
    assert.equal(
      lines.join("\n"),
      `canary-75  promotion of 2.4.18 → 2.4.20 done in 10.5 s  (preview 3.0 s, apply 4.0 s, settle 0.5 s, verify 3.0 s)
            version  intended  effective  applied  measured
  previous  2.4.18   25 %      25 %       25 %     25.4 %
  canary    2.4.20   75 %      75 %       75 %     74.6 %
  4000 requests to http://127.0.0.1:8080, 1 failed: fits
  under load meanwhile: 2600 requests, 2 failed`,
    );
  });

  it("shows the next release, and its commit", () => {
    const before = { previous: "2.4.18", canary: "2.4.20" };
    const after = { previous: "2.4.20", canary: "2.4.23" };
    const commit = 'git commit -m "Release httpd 2.4.23" Pulumi.yaml';
    printer.released({
      before,
      after,
      settings: [{ path: "image", change: "changed", from: "2.4.20", to: "2.4.23" }],
      image: "httpd:2.4.23",
      imageFound: null,
      commit,
    });
    assert.match(
      lines[0] ?? "",
      /release 2\.4\.18 → 2\.4\.20 is now 2\.4\.20 → 2\.4\.23\.\n {2}image {2}2\.4\.20 → 2\.4\.23\n.*\n {2}git commit/,
    );
  });

  it("ends with a table, a line for each step", () => {
    const steps = [stepOf(MOVE, 0), { ...stepOf(MOVE, 0), seconds: 6, fits: false }];
    const environment = { engine: "", provider: "", kubernetes: "", edge: "" };
    const timeline = { stepsAt: [], buckets: [] };
    const table = reportTable({ environment, steps, requests: 8000, failed: 2, seconds: 61.2, timeline });
    assert.deepEqual(
      table.split("\n").map((line) => line.split(/ {2,}/)),
      [
        "stage release move intended effective measured fits requests failed seconds".split(" "),
        ["canary-75", "2.4.18 → 2.4.20", "promotion", "75 %", "75 %", "74.6 %", "yes", "4000", "1", "7.5"],
        ["canary-75", "2.4.18 → 2.4.20", "promotion", "75 %", "75 %", "74.6 %", "NO", "4000", "1", "6.0"],
        ["8000 requests, 2 failed, 61 s"],
      ],
    );
  });
});
