import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { startGates } from "../../../../bench/peers/gates.ts";
import { cycleMoves, RELEASES_PER_CYCLE } from "../../../../bench/peers/moves.ts";
import { countRights } from "../../../../bench/peers/rights.ts";
import { sharePerEnvoy } from "../../../../bench/peers/splits.ts";
import { parseUse } from "../../../../bench/peers/usage.ts";

describe("measuring the peers", () => {
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
});
