import assert from "node:assert/strict";
import { createServer } from "node:http";
import fc from "fast-check";
import { after, before, describe, it } from "mocha";
import { UserError } from "../../../src/errors.ts";
import { prometheusAt } from "../../../src/judging/prometheus/client.ts";
import { OWN_QUERIES, readingsOf } from "../../../src/judging/prometheus/readings.ts";
import { parseStatistics } from "../../../src/routers/voyager/statistics.ts";
import { awkwardText, damaged, read } from "../../support/fuzz.ts";
import { type Loopback, listenOnLoopback } from "../../support/loopback.ts";

describe("HAProxy's statistics of any content", () => {
  const COLUMNS =
    "pxname,svname,type,weight,status,bck,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,eresp,econ,srv_abrt";
  const LINE = "web,pod-shop-new-6f7d9-x2k4p,2,75,UP,0,10,0,1,2,0,1,0,0";
  const line = fc.oneof(
    fc.constant(LINE),
    awkwardText,
    fc
      .array(fc.oneof(awkwardText, fc.nat().map(String), fc.constant("2")), { maxLength: 16 })
      .map((cells) => cells.join(",")),
    damaged(LINE.split(",")).map((cells) =>
      Array.isArray(cells)
        ? cells
            .map((cell) => JSON.stringify(cell))
            .join(",")
            .replaceAll('"', "")
        : "",
    ),
  );

  it("are servers with counts that are numbers, or an error that says which is none", () => {
    assert.equal(parseStatistics(`# ${COLUMNS}\n${LINE}`)[0]?.requests, 14);
    fc.assert(
      fc.property(
        fc.oneof(fc.constant(`# ${COLUMNS}`), awkwardText),
        fc.array(line, { maxLength: 6 }),
        (head, lines) => {
          const found = read(() => {
            try {
              return parseStatistics([head, ...lines].join("\n"));
            } catch (error) {
              // Whoever reads them says where they are from (readServers).
              throw new UserError((error as Error).message, "");
            }
          });
          if (!("accepted" in found)) return assert.match(found.refused?.message ?? "", /which is no count$/);
          for (const { weight, requests, failed } of found.accepted)
            for (const count of [weight, requests, failed])
              assert.ok(Number.isFinite(count) && count >= 0, `${count}`);
        },
      ),
      {
        numRuns: 1_000,
        examples: [
          [`# ${COLUMNS}`, [LINE.replace("75", "NaN")]],
          [`# ${COLUMNS}`, [LINE.replace("75", "1e9")]],
        ],
      },
    );
  });
});

describe("Prometheus' answers of any content", () => {
  let server: Loopback;
  let answer = "";
  before(async () => {
    server = await listenOnLoopback(createServer((_request, response) => void response.end(answer)));
  });
  after(() => server.close());

  const QUERIES = { requests: "requests", failures: "failures" };
  const series = {
    metric: { pod: "shop-1" },
    values: [
      [10, "3"],
      [20, "5"],
    ],
  };
  const MATRIX = { status: "success", data: { resultType: "matrix", result: [series] } };
  const RANGE = { start: 10, end: 20, step: 10 };

  it("are readings whose counts are numbers, or a UserError", async () => {
    const anyAnswer = fc.oneof(
      awkwardText,
      damaged(MATRIX).map((value) => JSON.stringify(value) ?? ""),
    );
    await fc.assert(
      fc.asyncProperty(anyAnswer, async (text) => {
        answer = text;
        const prometheus = prometheusAt(server.url, async () => ({}));
        const found = await prometheus.range("requests", RANGE).catch((error: unknown) => {
          assert.ok(error instanceof UserError, String(error));
          return undefined;
        });
        if (!found) return;
        const both = { requests: found, failures: found };
        const readings = read(() =>
          readingsOf(
            { previous: both, canary: both },
            { previous: QUERIES, canary: QUERIES },
            RANGE,
            OWN_QUERIES,
          ),
        );
        if (!("accepted" in readings)) return;
        for (const { requests, failed } of readings.accepted.flatMap((one) => Object.values(one)))
          for (const count of [requests, failed]) assert.ok(Number.isFinite(count) && count >= 0, `${count}`);
      }),
      { numRuns: 300 },
    );
  });

  it("are a reading at each time where they are whole", async () => {
    answer = JSON.stringify(MATRIX);
    const found = await prometheusAt(server.url, async () => ({})).range("requests", RANGE);
    const both = { requests: found, failures: found };
    const readings = readingsOf(
      { previous: both, canary: both },
      { previous: QUERIES, canary: QUERIES },
      RANGE,
      OWN_QUERIES,
    );
    assert.equal(readings.length, 2);
  });
});
