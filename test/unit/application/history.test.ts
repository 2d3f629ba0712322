import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { appendHistory, readHistory } from "../../../src/application/history.ts";
import { ApiError } from "../../../src/cluster/api.ts";
import { type HistoryEntry, KEPT_MOVES, parseHistory, withEntry } from "../../../src/model/history.ts";
import { FakeApi } from "../../support/fakes.ts";

const PATH = "/api/v1/namespaces/web/configmaps/httpd-history";

const entry = (stage: string, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  time: "2026-01-02T03:04:05.000Z",
  who: "alice@laptop",
  move: "promotion",
  stage,
  release: { previous: "1", canary: "2" },
  effective: 25,
  measured: null,
  override: "",
  result: "done",
  seconds: 8.1,
  ...more,
});

const append = (cluster: FakeApi, stage: string) =>
  appendHistory(cluster, "web", "httpd-history", entry(stage));
const stages = async (cluster: FakeApi) =>
  (await readHistory(cluster, "web", "httpd-history")).map(({ stage }) => stage);

describe("the history", () => {
  it("has the newest move first, one JSON line each, readable by kubectl", async () => {
    const cluster = new FakeApi();
    assert.deepEqual(await stages(cluster), []);
    await append(cluster, "canary-25");
    await append(cluster, "canary-75");
    assert.deepEqual(await stages(cluster), ["canary-75", "canary-25"]);
    const { data } = cluster.objects.get(PATH) as unknown as { data: { moves: string } };
    assert.deepEqual(JSON.parse(data.moves.split("\n")[0] ?? ""), entry("canary-75"));
  });

  it(`keeps the last ${KEPT_MOVES} moves`, () => {
    let text = "";
    for (let at = 0; at < KEPT_MOVES + 5; at++) text = withEntry(text, entry(`stage-${at}`));
    const kept = parseHistory(text);
    assert.equal(kept.length, KEPT_MOVES);
    assert.equal(kept[0]?.stage, `stage-${KEPT_MOVES + 4}`);
    assert.equal(kept.at(-1)?.stage, "stage-5");
  });

  it("reads over lines that somebody broke", () => {
    const text = `not json\n${JSON.stringify({ stage: 1 })}\n${withEntry("", entry("canary-25"))}`;
    assert.deepEqual(parseHistory(text), [entry("canary-25")]);
  });

  it("overwrites nothing that was written in between", async () => {
    const cluster = new FakeApi();
    await append(cluster, "canary-25");
    cluster.onRequest = (method) => {
      if (method === "GET") return;
      cluster.onRequest = () => undefined;
      cluster.put(PATH, {
        metadata: { name: "httpd-history" },
        data: { moves: withEntry("", entry("somebody else's")) },
      });
    };
    await append(cluster, "canary-75");
    assert.deepEqual(await stages(cluster), ["canary-75", "somebody else's"]);
  });

  it("fails where it may not write", async () => {
    const cluster = new FakeApi();
    cluster.onRequest = () => {
      throw new ApiError(403, "configmaps is forbidden");
    };
    await assert.rejects(append(cluster, "canary-25"), /forbidden/);
  });
});
