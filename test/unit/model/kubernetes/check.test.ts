import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { typeProblems } from "../../../../src/model/kubernetes/check.ts";

const inFragment = (value: unknown) => typeProblems("PodSpec", value, { isFragment: true });

describe("a piece of a PodSpec", () => {
  it("may be any that Kubernetes understands", () => {
    const piece = {
      dnsPolicy: "None",
      dnsConfig: { nameservers: ["10.0.0.10"], options: [{ name: "ndots", value: "2" }] },
      hostAliases: [{ ip: "10.0.0.1", hostnames: ["db"] }],
      nodeSelector: { disktype: "ssd" },
      containers: [
        {
          name: "shop",
          tty: true,
          resources: { limits: { cpu: 1, memory: "64Mi", "nvidia.com/gpu": "1" } },
          livenessProbe: { httpGet: { path: "/", port: 8080 }, tcpSocket: null },
          env: [{ name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
        },
      ],
      volumes: [{ name: "cache", emptyDir: { sizeLimit: "1Gi" } }],
    };
    assert.deepEqual(inFragment(piece), []);
  });

  const wrong: readonly [what: string, value: unknown, path: (string | number)[], message: string][] = [
    ["an unknown key", { replicas: 2 }, ["replicas"], "is no known key"],
    [
      "an unknown key deep in it",
      { containers: [{ name: "a", securityContext: { runAsNonroot: true } }] },
      ["containers", 0, "securityContext", "runAsNonroot"],
      "is no known key",
    ],
    ["a text for a number", { priority: "1" }, ["priority"], "must be a whole number"],
    ["a number for a text", { hostname: 4 }, ["hostname"], "must be a text"],
    ["a text for a truth", { hostNetwork: "yes" }, ["hostNetwork"], "must be true or false"],
    ["one for a list", { tolerations: {} }, ["tolerations"], "must be a list"],
    ["a list for one", { affinity: [] }, ["affinity"], "must be an object"],
    ["no object at all", "hostNetwork", [], "must be an object"],
    [
      "a quantity that is none",
      { overhead: { cpu: "lots" } },
      ["overhead", "cpu"],
      "must be a Kubernetes quantity such as 100m or 64Mi",
    ],
    [
      "an entry without the name by which it is merged",
      { containers: [{ tty: true }] },
      ["containers", 0],
      "needs name, by which it is merged",
    ],
    [
      "a port that is neither a number nor a name",
      { containers: [{ name: "a", livenessProbe: { tcpSocket: { port: true } } }] },
      ["containers", 0, "livenessProbe", "tcpSocket", "port"],
      "must be a whole number or a text",
    ],
  ];
  for (const [what, value, path, message] of wrong) {
    it(`is refused with ${what}`, () => {
      assert.deepEqual(
        inFragment(value).map((problem) => [problem.path, problem.message]),
        [[path, message]],
      );
    });
  }

  it("is refused with a directive of kubectl patch, wherever it stands, and no other key is suggested", () => {
    const value = {
      $retainKeys: ["containers"],
      nodeSelector: { $patch: "replace", disktype: "ssd" },
      containers: [{ name: "a", env: [{ name: "OLD", $patch: "delete" }] }],
    };
    const problems = inFragment(value);
    assert.deepEqual(
      problems.map(({ path }) => path.join(".")),
      ["$retainKeys", "nodeSelector.$patch", "containers.0.env.0.$patch"],
    );
    for (const { message, known } of problems) {
      assert.match(message, /^is a directive of kubectl patch, and none is taken: null takes a key away/);
      assert.equal(known, undefined);
    }
  });

  it("says which keys there are where one is unknown", () => {
    assert.ok(inFragment({ hostnam: "a" })[0]?.known?.includes("hostname"));
  });

  it("may leave out what is required, which the whole must not, and take away by null, which the whole cannot", () => {
    const piece = { containers: [{ name: "a", ports: [{ containerPort: 1, name: null }] }] };
    assert.deepEqual(inFragment(piece), []);
    const whole = { containers: [{ name: "a", env: [{ value: "1" }] }], hostname: null };
    assert.deepEqual(
      typeProblems("PodSpec", whole, { isFragment: false }).map(({ path }) => path.join(".")),
      ["containers.0.env.0", "containers.0.env.0.name", "hostname"],
    );
  });
});
