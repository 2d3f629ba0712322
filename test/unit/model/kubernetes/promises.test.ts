import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { strategicMerge } from "../../../../src/model/kubernetes/merge.ts";
import type { PodSpec } from "../../../../src/model/kubernetes/pod.ts";
import { brokenPromises } from "../../../../src/model/kubernetes/promises.ts";

const OURS: PodSpec = {
  terminationGracePeriodSeconds: 25,
  containers: [
    {
      name: "shop",
      image: "shop:1",
      ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
      readinessProbe: { httpGet: { path: "/", port: "http" } },
      livenessProbe: { tcpSocket: { port: "http" } },
      lifecycle: { preStop: { sleep: { seconds: 15 } } },
    },
  ],
  volumes: [{ name: "content", configMap: { name: "shop-1" } }],
};

const broken = (piece: object) => brokenPromises(OURS, strategicMerge("PodSpec", OURS, piece));
const inShop = (more: object) => ({ containers: [{ name: "shop", ...more }] });

describe("a piece of PodSpec that keeps the promises", () => {
  const kept: readonly [what: string, piece: object][] = [
    ["is none at all", {}],
    ["has a name server", { dnsPolicy: "None", dnsConfig: { nameservers: ["10.0.0.10"] } }],
    ["adds a container", { containers: [{ name: "more", image: "more:1" }] }],
    [
      "drains for longer",
      {
        ...inShop({ lifecycle: { preStop: { sleep: { seconds: 20 } } } }),
        terminationGracePeriodSeconds: 30,
      },
    ],
    ["gives more time to stop", { terminationGracePeriodSeconds: 120 }],
    ["adds a hook after the start", inShop({ lifecycle: { postStart: { exec: { command: ["/warm"] } } } })],
    ["takes the liveness probe away", inShop({ livenessProbe: null })],
    ["changes what it asks", inShop({ livenessProbe: { tcpSocket: null, exec: { command: ["/alive"] } } })],
    ["adds a port", inShop({ ports: [{ containerPort: 9090, name: "metrics" }] })],
  ];
  for (const [what, piece] of kept) it(what, () => assert.deepEqual(broken(piece), []));
});

describe("a piece of PodSpec is refused where it", () => {
  const wrong: readonly [what: string, piece: object, path: string, value: unknown, message: RegExp][] = [
    [
      "takes the drain away",
      inShop({ lifecycle: null }),
      "containers[shop].lifecycle.preStop",
      undefined,
      /^must sleep for 15 s at least/,
    ],
    [
      "shortens it",
      inShop({ lifecycle: { preStop: { sleep: { seconds: 1 } } } }),
      "containers[shop].lifecycle.preStop",
      { sleep: { seconds: 1 } },
      /^must sleep for 15 s at least/,
    ],
    [
      "does something else in its place",
      inShop({ lifecycle: { preStop: { sleep: null, exec: { command: ["/stop"] } } } }),
      "containers[shop].lifecycle.preStop",
      { exec: { command: ["/stop"] } },
      /^must sleep for 15 s at least/,
    ],
    [
      "cuts it",
      { terminationGracePeriodSeconds: 10 },
      "terminationGracePeriodSeconds",
      10,
      /^must be at least 25/,
    ],
    [
      "lengthens it beyond the time to stop",
      inShop({ lifecycle: { preStop: { sleep: { seconds: 60 } } } }),
      "terminationGracePeriodSeconds",
      25,
      /^must be at least 70/,
    ],
    [
      "takes readiness away",
      inShop({ readinessProbe: null }),
      "containers[shop].readinessProbe",
      undefined,
      /change app\.probes\.readiness$/,
    ],
    [
      "asks for another readiness",
      inShop({ readinessProbe: { periodSeconds: 60 } }),
      "containers[shop].readinessProbe",
      { httpGet: { path: "/", port: "http" }, periodSeconds: 60 },
      /change app\.probes\.readiness$/,
    ],
    [
      "runs another image",
      inShop({ image: "shop:2" }),
      "containers[shop].image",
      "shop:2",
      /^must be shop:1/,
    ],
    [
      "renames the served port",
      inShop({ ports: [{ containerPort: 8080, name: "web" }] }),
      "containers[shop].ports[8080]",
      { name: "web", containerPort: 8080, protocol: "TCP" },
      /it is the port that is served/,
    ],
    ["lets pods end", { restartPolicy: "Never" }, "restartPolicy", "Never", /^must be Always/],
    ["ends pods after a time", { activeDeadlineSeconds: 60 }, "activeDeadlineSeconds", 60, /^ends pods/],
    ["binds pods to a node", { nodeName: "n" }, "nodeName", "n", /app\.nodeSelector/],
    [
      "holds new pods back",
      { schedulingGates: [{ name: "g" }] },
      "schedulingGates",
      [{ name: "g" }],
      /starting$/,
    ],
    [
      "has two handlers in a probe",
      inShop({ livenessProbe: { exec: { command: ["/alive"] } } }),
      "containers[shop].livenessProbe",
      { tcpSocket: { port: "http" }, exec: { command: ["/alive"] } },
      /^must have one of exec, httpGet, tcpSocket, grpc/,
    ],
    [
      "has a container without an image",
      { containers: [{ name: "more" }] },
      "containers[more].image",
      undefined,
      /^no container of app has this name, and a further one needs an image$/,
    ],
    [
      "has a volume without a source",
      { volumes: [{ name: "content" }] },
      "volumes[content]",
      {},
      /one source$/,
    ],
  ];
  for (const [what, piece, path, value, message] of wrong) {
    it(what, () => {
      const problems = broken(piece);
      assert.deepEqual(
        problems.map((one) => [one.path, one.value]),
        [[path, value]],
      );
      assert.match(problems[0]?.message ?? "", message);
    });
  }
});
