import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import {
  appliedShare,
  drawnWeight,
  type HaproxyServer,
  parseStatistics,
} from "../../../../src/routers/voyager/statistics.ts";

/** From HAProxy 2.6.12 after 300 requests to its default backend, whose servers were in every state there is. */
const CSV = readFileSync(new URL("haproxy-2.6.12.csv", import.meta.url), "utf8");

/** Requests that each of those servers got, counted by the servers themselves; the others got none. */
const COUNTED = { nocheck: 196, up: 65, default: 3, goingdown: 36 };

const inDefaultBackend = () => parseStatistics(CSV).filter(({ backend }) => backend === "default-backend");

describe("HAProxy's statistics", () => {
  it("give its servers, and neither frontends nor backends", () => {
    assert.deepEqual(
      inDefaultBackend().map(({ pod, weight, status }) => `${pod}: ${weight}, ${status}`),
      [
        "nocheck: 75, no check",
        "up: 25, UP",
        "default: 1, UP",
        "zero: 0, UP",
        "down: 10, DOWN",
        "maint: 11, MAINT",
        "drain: 12, DRAIN",
        "drainnocheck: 17, DRAIN",
        "nolb: 13, NOLB",
        "goingdown: 14, UP 97/100",
        "via: 15, MAINT (via checked/pod-tracked)",
        "backup: 16, no check",
      ],
    );
    assert.deepEqual(
      parseStatistics(CSV).flatMap(({ backend, pod }) => (backend === "default-backend" ? [] : [pod])),
      ["shop-new-6f7d9-bbbbb", "tracked"],
    );
  });

  it("say who takes traffic: exactly the servers that got some, by their weights", () => {
    const drawn = inDefaultBackend().filter((server) => drawnWeight(server) > 0);
    assert.deepEqual(
      drawn.map(({ pod }) => pod),
      Object.keys(COUNTED),
    );
    const all = drawn.reduce((sum, server) => sum + drawnWeight(server), 0);
    for (const [index, requests] of Object.values(COUNTED).entries()) {
      const share = drawnWeight(drawn[index] as HaproxyServer) / all;
      assert.ok(Math.abs(requests - 300 * share) <= 1, `${drawn[index]?.pod}: ${requests} of ${300 * share}`);
    }
  });

  it("count the requests of each server, as the servers themselves did, and which of them failed", () => {
    const counted = inDefaultBackend().map(({ pod, requests, failed }) => [pod, requests, failed] as const);
    assert.deepEqual(
      counted.filter(([, requests]) => requests > 0).map(([pod, requests]) => [pod, requests]),
      Object.entries(COUNTED),
    );
    assert.ok(counted.every(([, , failed]) => failed === 0));
  });

  it("count as failed what HAProxy answers in a server's place, and no answer that a client gave up", () => {
    const columns = "pxname,svname,type,econ,eresp,srv_abrt,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other";
    const counts = (line: string) => {
      const [server] = parseStatistics(`# ${columns}\nweb,pod-a,2,${line}`);
      return [server?.requests, server?.failed];
    };
    assert.deepEqual(counts("0,0,0,90,5,4,1,0"), [100, 1]);
    // Refused connections, answers that were closed or timed out.
    assert.deepEqual(counts("3,2,0,90,0,0,0,0"), [95, 5]);
    assert.deepEqual(counts("0,0,7,90,0,0,0,0"), [83, 0]);
    // A body that was cut off: a 2xx and an error of the response.
    assert.deepEqual(counts("0,1,0,91,0,0,0,0"), [92, 1]);
  });

  it("tell response times, what waits and what was given to others, behind what a health check said in quotes", () => {
    const columns = "pxname,svname,type,scur,wredis,last_chk,rtime";
    const [server] = parseStatistics(`# ${columns}\nweb,pod-a,2,4,11,"HTTP status, ""200""",37`);
    assert.deepEqual([server?.waiting, server?.redispatched, server?.averageMs], [4, 11, 37]);
    const [real] = inDefaultBackend().filter(({ requests }) => requests > 100);
    assert.deepEqual([real?.waiting, real?.redispatched, real?.averageMs], [0, 0, 1]);
  });

  it("give none of an empty text", () => {
    assert.deepEqual(parseStatistics(""), []);
  });
});

describe("the share that HAProxy applies", () => {
  const deployments = { previous: "shop-previous", canary: "shop-new" };
  const server = (pod: string, weight: number, status = "UP", backend = "web"): HaproxyServer => ({
    backend,
    pod,
    weight,
    status,
    backup: false,
    requests: 0,
    failed: 0,
    averageMs: 0,
    waiting: 0,
    redispatched: 0,
  });
  const previous = server("shop-previous-6f7d9-aaaaa", 75);
  const canary = server("shop-new-6f7d9-bbbbb", 25);

  it("goes by the weights of both Deployments' pods", () => {
    assert.equal(appliedShare([previous, canary], deployments), 25);
    assert.equal(appliedShare([previous, canary, server("shop-new-6f7d9-ccccc", 50)], deployments), 50);
  });

  it("leaves out who takes no new connections, the preview entrance, and other applications' pods", () => {
    const others = [
      ...["DOWN", "DOWN 1/2", "MAINT", "MAINT (via web/a)", "DRAIN", "NOLB"].map((status, index) =>
        server(`shop-new-6f7d9-${index}`, 100, status),
      ),
      server("shop-new-6f7d9-bbbbb", 100, "no check", "preview"),
      server("shop-new-admin-6f7d9-eeeee", 100),
    ];
    assert.equal(appliedShare([previous, canary, ...others], deployments), 25);
  });

  it("is none where nobody gets traffic", () => {
    assert.equal(appliedShare([], deployments), undefined);
    assert.equal(appliedShare([server("shop-new-6f7d9-bbbbb", 0)], deployments), undefined);
    assert.equal(appliedShare([server("shop-new-6f7d9-bbbbb", 25, "DRAIN")], deployments), undefined);
  });
});
