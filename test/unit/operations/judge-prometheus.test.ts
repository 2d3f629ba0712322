import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createServer as createTlsServer } from "node:https";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { generate } from "selfsigned";
import { applicationIn } from "../../../src/application/application.ts";
import { ApiError } from "../../../src/cluster/api.ts";
import type { GateConfig } from "../../../src/config/gate.ts";
import { gateSchema } from "../../../src/config/gate.ts";
import { judgeLiveStage } from "../../../src/operations/judge.ts";
import { type JudgedPromotionOptions, promoteAndJudge } from "../../../src/operations/judged-promotion.ts";
import { scratchFolder } from "../../../src/process/scratch.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { ALICE, fakeProject, recorder } from "../../support/fakes.ts";
import { listenOnLoopback } from "../../support/loopback.ts";
import { type FakePrometheus, fakePrometheus } from "../../support/prometheus.ts";
import { withWeighted } from "../../support/weighted-router/index.ts";

/** Far from this machine's clock. */
const T0 = 1_500_000_000;

const OWN = {
  requests: 'sum by (pod) (requests_total{namespace="{{namespace}}", pod=~"{{ deployment }}-.*"})',
  failures: 'sum by (pod) (failures_total{version="{{version}}", pod=~"{{deployment}}-.*"})',
};

let world: FakeWorld;
let prometheus: FakePrometheus;

beforeEach(async () => {
  world = new FakeWorld();
  prometheus = await fakePrometheus(T0);
  // Its time goes by faster than ours.
  prometheus.instead = () => {
    prometheus.now += 1;
    return undefined;
  };
  prometheus.series = counting({ failing: 0 });
  await world.at("canary-25");
});
afterEach(() => Promise.all([world.close(), prometheus.close()]));

/** 25 and 75 requests a second, of which so many of the canary's fail. */
const counting =
  ({
    failing,
    pods = "x2k4p",
  }: {
    readonly failing: number;
    readonly pods?: string;
  }): FakePrometheus["series"] =>
  (query, time) => {
    const isCanary = query.includes("shop-new");
    const seconds = time - T0 + 100;
    const isFailures = query.includes("failures_total") || query.includes("5xx");
    const perSecond = isFailures ? (isCanary ? failing : 0) : isCanary ? 25 : 75;
    const value = Math.floor(perSecond * seconds);
    const pod = `${isCanary ? "shop-new" : "shop-previous"}-6f7d9-${pods}`;
    return [
      { labels: { instance: "10.0.0.7:8404", proxy: "shop-service", server: `pod-${pod}`, pod }, value },
    ];
  };

const gateOf = (more: object = {}, gate: Partial<GateConfig> = {}): GateConfig => ({
  ...gateSchema.parse({ prometheus: { url: prometheus.url, ...more } }),
  every: 0.05,
  least: 10,
  most: 60,
  ...gate,
});

const options = (gate: GateConfig): JudgedPromotionOptions & { gate: GateConfig } => ({
  identity: ALICE,
  observer: recorder(),
  signal: new AbortController().signal,
  verification: undefined,
  confirm: async () => true,
  rollbackOnFailure: false,
  takeOver: false,
  gate,
});

const soak = () => applicationIn(world.api, world.project.config).soak();

describe("a stage that is judged by Prometheus", () => {
  it("is asked for by the router's own queries, with each version's Deployment and the labels in them", async () => {
    const { evidence } = await judgeLiveStage(world, options(gateOf({ labels: { namespace: "web" } })));
    assert.equal(evidence.decision, "fine");
    const queries = new Set(prometheus.asked.map(({ query }) => query.get("query") ?? ""));
    assert.equal(queries.size, 5);
    for (const query of queries) {
      if (query !== "time()") assert.match(query, /pod-shop-(new|previous)-\[\^-\]\+.*namespace="web"/);
    }
  });

  it("is asked for by one's own queries, with all variables filled in", async () => {
    const { evidence } = await judgeLiveStage(world, options(gateOf(OWN)));
    assert.equal(evidence.decision, "fine");
    assert.deepEqual([...new Set(prometheus.asked.map(({ query }) => query.get("query")))].sort(), [
      'sum by (pod) (failures_total{version="1.0.0", pod=~"shop-previous-.*"})',
      'sum by (pod) (failures_total{version="1.1.0", pod=~"shop-new-.*"})',
      'sum by (pod) (requests_total{namespace="web", pod=~"shop-new-.*"})',
      'sum by (pod) (requests_total{namespace="web", pod=~"shop-previous-.*"})',
      "time()",
    ]);
  });

  it("goes on where a killed command was, to the verdict and the time of one undisturbed run", async () => {
    const { evidence: undisturbed } = await judgeLiveStage(world, options(gateOf()));
    const [first] = await world.history();
    assert.equal(await soak(), undefined, "a verdict ends it");
    const killed = new AbortController();
    const judging = judgeLiveStage(world, {
      ...options(gateOf()),
      signal: killed.signal,
      onLook: ({ looks }) => {
        if (looks >= 50) killed.abort(new Error("killed"));
      },
    });
    await assert.rejects(judging, /killed/);
    const begun = await soak();
    assert.deepEqual(
      [begun?.stage, begun?.clock, begun?.pods.canary.length],
      ["canary-25", prometheus.url, 1],
    );
    assert.deepEqual(await world.history(), [first], "nothing is judged yet");
    prometheus.now += 600; // Nobody was there for ten minutes.
    const { evidence } = await judgeLiveStage(world, options(gateOf()));
    assert.deepEqual(
      [evidence.decision, evidence.seconds, evidence.looks],
      [undisturbed.decision, undisturbed.seconds, undisturbed.looks],
    );
    assert.equal(await soak(), undefined);
  });

  it("goes on also where the same promotion is typed again", async () => {
    const killed = new AbortController();
    const stop = { ...options(gateOf()), signal: killed.signal };
    await assert.rejects(
      judgeLiveStage(world, { ...stop, onLook: () => killed.abort(new Error("killed")) }),
      /killed/,
    );
    const begun = await soak();
    const again = await promoteAndJudge(world, "canary-25", options(gateOf()));
    assert.equal(again.move, "reapply");
    assert.equal(again.evidence?.decision, "fine");
    const starts = prometheus.asked.map(({ query }) => Number(query.get("start") ?? Number.NaN));
    assert.ok(starts.filter((start) => start === begun?.began).length >= 8, "read again from its beginning");
  });

  it("is judged also where its beginning cannot be written down, which is said", async () => {
    const history = applicationIn(world.api, world.project.config).names.history;
    world.api.onRequest = (method, path) => {
      if (method !== "GET" && path.includes("configmaps"))
        throw new ApiError(403, `no ${method} of ${history}`);
    };
    const observer = recorder();
    const { evidence } = await judgeLiveStage(world, { ...options(gateOf()), observer });
    assert.equal(evidence.decision, "fine");
    assert.match(
      observer.said.join("\n"),
      /^the soak's beginning could not be written to the history: no POST of/m,
    );
    assert.equal(await soak(), undefined);
  });

  it("takes a canary out that does harm", async () => {
    prometheus.series = counting({ failing: 5 });
    const { evidence, takenOut } = await promoteAndJudge(world, "canary-75", options(gateOf()));
    assert.deepEqual([evidence?.decision, takenOut?.stage], ["harm", "canary-0"]);
  });

  it("sends its token, read anew each time, and never names it", async () => {
    const directory = await scratchFolder("token");
    world.project = { ...fakeProject(), directory };
    const gate = gateOf({ token: { file: "token" } }, { most: 0.2 });
    const { evidence } = await judgeLiveStage(world, options(gate));
    assert.equal(evidence.unread, "gate.prometheus.token.file is token, which cannot be read: ENOENT");
    await writeFile(join(directory, "token"), "s3cret\n");
    await judgeLiveStage(world, options(gateOf({ token: { file: "token" } })));
    assert.deepEqual(new Set(prometheus.asked.map(({ bearer }) => bearer)), new Set(["Bearer s3cret"]));
    prometheus.instead = (response) => response.writeHead(403).end("no");
    const denied = await judgeLiveStage(world, options(gate));
    assert.equal(denied.evidence.unread, `Prometheus at ${prometheus.url} cannot be asked: it answers 403`);
  });

  it("takes a certificate that gate.prometheus.ca has signed, and no other", async () => {
    const directory = await scratchFolder("ca");
    world.project = { ...fakeProject(), directory };
    const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
      keyType: "ec",
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
    });
    await writeFile(join(directory, "ca.pem"), cert);
    const server = await listenOnLoopback(
      createTlsServer({ cert, key }, (_request, response) => void response.writeHead(401).end()),
    );
    const unread = async (more: object) => {
      const gate = gateOf({ url: `https://localhost:${server.port}`, ...more }, { most: 0.1, least: 0 });
      return (await judgeLiveStage(world, options(gate))).evidence.unread ?? "";
    };
    assert.match(await unread({}), /cannot be asked: self-signed certificate/);
    assert.match(await unread({ ca: "ca.pem" }), /cannot be asked: it answers 401/);
    await server.close();
  });

  it("takes no counters of another namespace's pods of the same names for its own", async () => {
    prometheus.series = counting({ failing: 25, pods: "other" });
    const { evidence } = await judgeLiveStage(world, options(gateOf({}, { most: 0.3 })));
    assert.deepEqual([evidence.decision, evidence.canary.requests], ["go on", 0]);
    assert.equal(evidence.unread, "gate.prometheus, Prometheus, counts no pod of namespace web");
  });

  it("moves nothing where there is no query to ask", async () => {
    const routing = { router: "weighted", replicas: { each: 2 }, routers: withWeighted };
    world.project = fakeProject(undefined, routing);
    await assert.rejects(promoteAndJudge(world, "canary-75", options(gateOf())), {
      message: "gate.prometheus has no queries, and the router weighted has none of its own",
    });
    assert.equal(await world.liveStage(), "canary-25");
  });
});

describe("what is judged beside failures", () => {
  const METRICS = [
    {
      name: "orders",
      count: 'orders_total{pod=~"{{deployment}}-.*"}',
      of: 'visits_total{pod=~"{{deployment}}-.*"}',
      worse: "less",
    },
  ];

  /** Requests as before; a series of its own for each version, and for each `le`. */
  const beside =
    (
      what: string,
      valuesOf: (isCanary: boolean) => Readonly<Record<string, number>>,
    ): FakePrometheus["series"] =>
    (query, time) => {
      const isCanary = query.includes("shop-new");
      const isOf = query.includes("visits_total");
      if (!isOf && !query.includes(what)) return counting({ failing: 0 })(query, time);
      const values = Object.entries(isOf ? { "": isCanary ? 25 : 75 } : valuesOf(isCanary));
      return values.map(([le, perSecond]) => ({
        labels: { pod: isCanary ? "c" : "p", ...(le !== "" && { le }) },
        value: Math.floor(perSecond * (time - T0 + 100)),
      }));
    };

  const gateWith = (metrics: readonly object[], more: object = {}): GateConfig => ({
    ...gateOf(more),
    metrics: gateSchema.parse({ prometheus: { url: prometheus.url }, metrics }).metrics,
  });

  it("harm is a metric of one's own that falls, though no request fails", async () => {
    prometheus.series = beside("orders_total", (isCanary) => ({ "": isCanary ? 1 : 30 }));
    const { evidence, takenOut } = await promoteAndJudge(world, "canary-75", options(gateWith(METRICS)));
    assert.deepEqual([evidence?.decision, takenOut?.stage], ["harm", "canary-0"]);
    assert.match(
      evidence?.sentence ?? "",
      /^has orders in \S+ % where previous has them in \S+ %: chance would show this/,
    );
  });

  it("fine is a canary whose metrics are alike, and they are shown", async () => {
    prometheus.series = beside("orders_total", (isCanary) => ({ "": isCanary ? 10 : 30 }));
    const { evidence } = await judgeLiveStage(world, options(gateWith(METRICS)));
    assert.equal(evidence.decision, "fine");
    const [orders] = evidence.measures;
    assert.deepEqual([orders?.name, orders?.isHarm, orders?.isKnown], ["orders", false, true]);
    assert.ok((orders?.canary.failed ?? 0) > 0);
  });

  it("held is a canary whose metric cannot be read, with the reason", async () => {
    prometheus.series = (query, time) =>
      query.includes("orders_total") ? [] : counting({ failing: 0 })(query, time);
    const { evidence } = await judgeLiveStage(world, options(gateWith(METRICS)));
    assert.deepEqual([evidence.decision, evidence.seconds], ["go on", 60]);
    assert.match(evidence.sentence, /^does not fail more often, and of its orders nothing is known yet$/);
    assert.match(
      evidence.unread ?? "",
      /^gate\.metrics\[0\]\.count finds nothing for the previous version: orders_total/,
    );
  });

  describe("slow requests", () => {
    const LATENCY = { latency: 'seconds_bucket{pod=~"{{deployment}}-.*"}' };
    const quick = { "0.1": 95, "0.5": 100, "+Inf": 100 };
    const slow = { "0.1": 20, "0.5": 90, "+Inf": 100 };
    const judged = (canary: Readonly<Record<string, number>>) => {
      prometheus.series = beside("seconds_bucket", (isCanary) => (isCanary ? canary : quick));
      const gate = { ...gateOf(LATENCY), most: 300 };
      return judgeLiveStage(world, options(gate));
    };

    it("are harm where the canary has many more above previous' usual time, from the second minute on", async () => {
      const { evidence } = await judged(slow);
      assert.equal(evidence.decision, "harm");
      assert.ok(evidence.seconds > 60 && evidence.seconds < 120, `${evidence.seconds} s`);
      assert.match(
        evidence.sentence,
        /^has slow requests in 80 % where previous has them in \S+ %: chance would/,
      );
    });

    it("are fine where both are alike, after a minute of looking", async () => {
      const { evidence } = await judged(quick);
      assert.equal(evidence.decision, "fine");
      assert.ok(evidence.seconds >= 120, `${evidence.seconds} s`);
    });

    it("cannot be told without le", async () => {
      prometheus.series = beside("seconds_bucket", () => ({ "": 1 }));
      const { evidence } = await judgeLiveStage(world, options(gateOf(LATENCY)));
      assert.match(
        evidence.unread ?? "",
        /gate\.prometheus\.latency has \{pod="p"\} without le for the previous version/,
      );
    });
  });

  it("is refused without Prometheus, by the same name twice, and without what it is a part of", () => {
    const problemsOf = (gate: object) =>
      gateSchema.safeParse(gate).error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
    const [orders] = METRICS;
    assert.deepEqual(problemsOf({ stats: ["http://host/;csv"], metrics: METRICS }), [
      "metrics can only be counted with gate.prometheus",
    ]);
    const at = { url: "https://host" };
    assert.deepEqual(problemsOf({ prometheus: at, metrics: [orders, orders] }), [
      "metrics.1.name names a metric twice",
    ]);
    assert.deepEqual(problemsOf({ prometheus: at, metrics: [{ ...orders, of: undefined }] }), [
      "metrics.0.of has to say what it is a part of, since gate.prometheus.requests is not set",
    ]);
  });
});

describe("gate.prometheus in Pulumi.yaml", () => {
  for (const [what, prometheus, problem] of [
    ["a password in the address", { url: "https://a:b@host" }, "must not have a name or a password in it"],
    ["no address", { url: "host:9090" }, "must be an address such as https://HOST:PORT"],
    [
      "a token without TLS",
      { url: "http://host", token: { environment: "T" } },
      "must begin with https, since a token is sent there",
    ],
    ["one query alone", { url: "https://host", requests: "x{{deployment}}" }, "and requests belong together"],
    [
      "a query of both versions",
      { url: "https://host", requests: "x", failures: "y" },
      "must name the version that it is of",
    ],
    [
      "an unknown variable",
      { url: "https://host", requests: "x{{version}}{{pod}}", failures: "y{{version}}" },
      "may have {{namespace}}, {{deployment}}, {{version}} in double braces",
    ],
  ] as const) {
    it(`is refused with ${what}`, () => {
      const { error } = gateSchema.safeParse({ prometheus });
      assert.ok(
        error?.issues.some(({ message }) => message.startsWith(problem)),
        JSON.stringify(error?.issues),
      );
    });
  }

  it("stands instead of stats, not beside it", () => {
    const prometheus = { url: "https://host" };
    assert.ok(gateSchema.safeParse({ prometheus }).success);
    assert.ok(!gateSchema.safeParse({ prometheus, stats: ["http://host/;csv"] }).success);
    assert.ok(!gateSchema.safeParse({}).success);
  });
});
