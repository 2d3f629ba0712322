import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { readTokenKubeconfig, tokenKubeconfig } from "../../../src/cluster/kubeconfig.ts";
import { parseHistory, withEntry } from "../../../src/model/history.ts";
import {
  holderOf,
  type Lease,
  releasedLease,
  takenLease,
  unheldMilliseconds,
} from "../../../src/model/lock.ts";
import { parseSoak } from "../../../src/model/ongoing-soak.ts";
import { fromData, type ReleaseRecord, recordText, toData } from "../../../src/model/record.ts";
import { awkwardText, awkwardValue, damaged, read } from "../../support/fuzz.ts";

const RUNS = { numRuns: 1_000 };

const RECORD: ReleaseRecord = {
  stage: "canary-75",
  release: { previous: "1.0.0", canary: "1.1.0" },
  intended: { previous: 25, canary: 75 },
  effectiveCanary: 74.63,
  reached: ["canary-25", "canary-75"],
  liveVersion: "1.0.0",
  override: "INC-1",
  aborted: { by: "alice@laptop", reason: "errors" },
  versions: {
    previous: { image: "1.0.0", app: { port: 8080 }, secrets: {} },
    canary: { image: "1.1.0", app: { port: 8080, env: { A: "b" } }, secrets: { KEY: "a1" } },
  },
  objects: ["ConfigMap/shop-new-0123456789"],
  hooks: { before: "shop-before-1" },
  writtenBy: "alice@laptop",
};

/** What every reader of the cluster gives for anything that stands there: nothing, or what can be written back. */
describe("a release record of any content", () => {
  const written = (data: unknown): void => {
    const found = read(() => fromData(data));
    if (!("accepted" in found)) return;
    assert.deepEqual(fromData(toData(found.accepted)), found.accepted);
    assert.equal(typeof recordText(found.accepted), "string");
  };

  it("is read as one that can be written back, or as none", () => {
    fc.assert(fc.property(fc.oneof(awkwardValue, damaged(toData(RECORD))), written), {
      ...RUNS,
      examples: [
        [{ ...toData(RECORD), effectiveCanary: "33.333333" }],
        [{ ...toData(RECORD), trafficCanary: "1e999" }],
        [{ ...toData(RECORD), trafficCanary: "-25" }],
      ],
    });
  });

  it("is the same after it was written where it is not damaged", () => {
    assert.deepEqual(fromData(toData(RECORD)), RECORD);
  });
});

describe("a history of any content", () => {
  const ENTRY = {
    time: "2026-11-28T04:00:00Z",
    who: "alice@laptop",
    move: "promotion",
    stage: "canary-75",
    release: { previous: "1.0.0", canary: "1.1.0" },
    effective: 75,
    measured: 74.8,
    override: "",
    result: "done",
    seconds: 8.9,
    reason: "because",
    verdict: {
      decision: "fine",
      looks: 3,
      canary: { requests: 10, failed: 0 },
      previous: { requests: 10, failed: 1 },
      evidence: 2,
      bound: 0.01,
    },
  } as const;
  const line = fc.oneof(
    awkwardText,
    damaged(ENTRY).map((entry) => JSON.stringify(entry) ?? ""),
  );

  it("is read line by line as entries that can be written back", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        const found = read(() => parseHistory(lines.join("\n")));
        assert.ok("accepted" in found);
        for (const entry of found.accepted) {
          const again = parseHistory(withEntry(lines.join("\n"), entry));
          assert.equal(JSON.stringify(again[0]), JSON.stringify(entry));
        }
      }),
      RUNS,
    );
  });

  it("has the entry where it is not damaged", () => {
    assert.deepEqual(parseHistory(JSON.stringify(ENTRY)), [ENTRY]);
  });

  it("has a soak that can be written back, or none", () => {
    const pods = [{ name: "shop-1", restarts: 0 }];
    const soak = {
      ...{ stage: "canary-25", release: ENTRY.release, clock: "https://prometheus.example.com", began: 1.5 },
      pods: { previous: pods, canary: pods },
    };
    assert.deepEqual(parseSoak(JSON.stringify(soak)), soak);
    fc.assert(
      fc.property(
        fc.oneof(
          awkwardText,
          damaged(soak).map((value) => JSON.stringify(value) ?? ""),
        ),
        (text) => {
          const found = read(() => parseSoak(text));
          if ("accepted" in found)
            assert.equal(
              JSON.stringify(parseSoak(JSON.stringify(found.accepted))),
              JSON.stringify(found.accepted),
            );
        },
      ),
      RUNS,
    );
  });
});

describe("a Lease of any content", () => {
  const PLACE = { namespace: "web", name: "shop-release" };
  const NOW = new Date("2026-11-28T04:00:00Z");
  const LEASE = takenLease(PLACE, undefined, { name: "alice@laptop:1.a", purpose: "promote" }, NOW);
  const time = fc.oneof(awkwardText, fc.constant("2026-11-28T04:00:00.000000Z"), fc.constant(undefined));
  // As the API server lets one write it: texts, and numbers of 32 bits.
  const anyLease = fc
    .record({
      holderIdentity: fc.option(awkwardText, { nil: undefined }),
      leaseDurationSeconds: fc.option(fc.integer({ min: 1, max: 2 ** 31 - 1 }), { nil: undefined }),
      acquireTime: time,
      renewTime: time,
    })
    .map((spec) => ({ ...LEASE, spec }) as Lease);

  it("has a holder whose times can be printed, or none, and can be taken and given back", () => {
    fc.assert(
      fc.property(anyLease, (lease) => {
        const found = read(() => holderOf(lease));
        if ("accepted" in found) {
          const { since, until } = found.accepted;
          for (const date of [since, until]) assert.match(date.toISOString(), /Z$/);
        }
        assert.ok(unheldMilliseconds(lease, NOW) >= 0);
        assert.deepEqual(
          holderOf(takenLease(PLACE, lease, { name: "bob@desk:2.b", purpose: "abort" }, NOW))?.since,
          NOW,
        );
        assert.equal(holderOf(releasedLease(lease, NOW)), undefined);
      }),
      RUNS,
    );
  });
});

describe("an exported kubeconfig of any content", () => {
  const address = {
    server: "https://192.0.2.1:6443",
    certificateAuthority: "Y2VydGlmaWNhdGU=",
    tlsServerName: "kubernetes",
    proxyUrl: "http://192.0.2.9:3128",
  };
  const original: unknown = JSON.parse(tokenKubeconfig("shop-deployer", address, "a-token"));

  it("is taken where it is what this program would write, and refused else", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          awkwardText,
          damaged(original).map((value) => JSON.stringify(value) ?? ""),
        ),
        (text) => {
          const found = read(() => readTokenKubeconfig(text));
          if (!("accepted" in found)) return;
          const { address: to, token } = found.accepted;
          assert.ok(to.server.startsWith("https://"), to.server);
          assert.deepEqual(readTokenKubeconfig(tokenKubeconfig("again", to, token)), found.accepted);
        },
      ),
      RUNS,
    );
  });
});
