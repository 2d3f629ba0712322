import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { strategicMerge } from "../../../../src/model/kubernetes/merge.ts";

const merge = (base: object, patch: object) => strategicMerge("PodSpec", base, patch);

const BASE = {
  securityContext: { runAsNonRoot: true, runAsUser: 1 },
  containers: [
    {
      name: "shop",
      args: ["serve"],
      env: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
      volumeMounts: [{ mountPath: "/a", name: "x", readOnly: true }],
      ports: [{ containerPort: 80, name: "http" }],
    },
    { name: "proxy", image: "proxy:1" },
  ],
  volumes: [{ name: "x", emptyDir: {} }],
  tolerations: [{ key: "a", operator: "Exists" }],
};

describe("a strategic merge", () => {
  const merges: readonly [what: string, patch: object, expected: object][] = [
    [
      "goes into objects key by key",
      { securityContext: { runAsUser: 2 }, hostname: "h" },
      { ...BASE, securityContext: { runAsNonRoot: true, runAsUser: 2 }, hostname: "h" },
    ],
    [
      "goes into the container of the name, and leaves the others and their order",
      { containers: [{ name: "proxy", tty: true }] },
      { ...BASE, containers: [BASE.containers[0], { name: "proxy", image: "proxy:1", tty: true }] },
    ],
    [
      "appends a container of another name",
      { containers: [{ name: "new", image: "new:1" }] },
      { ...BASE, containers: [...BASE.containers, { name: "new", image: "new:1" }] },
    ],
    [
      "goes into mounts by path, into env by name, into ports by number",
      {
        containers: [
          {
            name: "shop",
            volumeMounts: [{ mountPath: "/a", readOnly: false }],
            env: [{ name: "A", value: "3" }],
            ports: [{ containerPort: 90, name: "admin" }],
          },
        ],
      },
      {
        ...BASE,
        containers: [
          {
            ...BASE.containers[0],
            volumeMounts: [{ mountPath: "/a", name: "x", readOnly: false }],
            env: [
              { name: "A", value: "3" },
              { name: "B", value: "2" },
            ],
            ports: [
              { containerPort: 80, name: "http" },
              { containerPort: 90, name: "admin" },
            ],
          },
          BASE.containers[1],
        ],
      },
    ],
    [
      "puts a list without names in the place of the other",
      { containers: [{ name: "shop", args: ["check"] }], tolerations: [] },
      {
        ...BASE,
        containers: [{ ...BASE.containers[0], args: ["check"] }, BASE.containers[1]],
        tolerations: [],
      },
    ],
    [
      "puts a variable and a volume in the place of the one of the name, since each has one source",
      {
        containers: [{ name: "shop", env: [{ name: "B", valueFrom: { fieldRef: { fieldPath: "p" } } }] }],
        volumes: [{ name: "x", secret: { secretName: "s" } }],
      },
      {
        ...BASE,
        containers: [
          {
            ...BASE.containers[0],
            env: [
              { name: "A", value: "1" },
              { name: "B", valueFrom: { fieldRef: { fieldPath: "p" } } },
            ],
          },
          BASE.containers[1],
        ],
        volumes: [{ name: "x", secret: { secretName: "s" } }],
      },
    ],
    [
      "takes away by null, also where nothing was",
      { tolerations: null, hostname: null, securityContext: { runAsUser: null } },
      { securityContext: { runAsNonRoot: true }, containers: BASE.containers, volumes: BASE.volumes },
    ],
  ];
  for (const [what, patch, expected] of merges) {
    it(what, () => assert.deepEqual(merge(BASE, patch), expected));
  }

  it("leaves no null of a piece in what was not there before", () => {
    const patch = {
      containers: [{ name: "new", image: "n:1", livenessProbe: { exec: null, tcpSocket: { port: 1 } } }],
    };
    assert.deepEqual(merge({}, patch), {
      containers: [{ name: "new", image: "n:1", livenessProbe: { tcpSocket: { port: 1 } } }],
    });
  });

  it("changes neither of the two", () => {
    const [base, patch] = [
      structuredClone(BASE),
      { containers: [{ name: "shop", env: [{ name: "A", value: "9" }] }] },
    ];
    merge(base, patch);
    assert.deepEqual(base, BASE);
  });
});

const name = fc.constantFrom("a", "b", "c", "d");
const named = <T>(entry: fc.Arbitrary<T>, key: keyof T) =>
  fc.uniqueArray(entry, { selector: (one) => one[key] });
const optional = <T extends Record<string, fc.Arbitrary<unknown>>>(
  model: T,
  required: (keyof T & string)[],
) => fc.record(model, { requiredKeys: required as never, noNullPrototype: true });

const container = optional(
  {
    name,
    image: fc.constantFrom("x:1", "y:2"),
    args: fc.array(fc.string(), { maxLength: 2 }),
    tty: fc.boolean(),
    env: named(fc.record({ name, value: fc.string() }, { noNullPrototype: true }), "name"),
    volumeMounts: named(
      fc.record({ mountPath: fc.constantFrom("/a", "/b"), name }, { noNullPrototype: true }),
      "mountPath",
    ),
    securityContext: optional({ privileged: fc.boolean(), runAsUser: fc.nat() }, []),
  },
  ["name"],
);
const pod = optional(
  {
    hostname: fc.string(),
    containers: named(container as fc.Arbitrary<{ name: string }>, "name"),
    nodeSelector: fc.dictionary(name, fc.string(), { noNullPrototype: true }),
    securityContext: optional({ runAsUser: fc.nat(), fsGroup: fc.nat() }, []),
  },
  [],
);

describe("whatever is merged,", () => {
  const namesIn = (spec: { containers?: { name: string }[] }) =>
    (spec.containers ?? []).map((one) => one.name);

  it("nothing changes nothing", () => {
    fc.assert(fc.property(pod, (base) => assert.deepEqual(merge(base, {}), base)));
  });

  it("a pod over nothing is that pod", () => {
    fc.assert(fc.property(pod, (patch) => assert.deepEqual(merge({}, patch), patch)));
  });

  it("twice is as once", () => {
    fc.assert(
      fc.property(pod, pod, (base, patch) => {
        const once = merge(base, patch);
        assert.deepEqual(merge(once, patch), once);
      }),
    );
  });

  it("containers keep their order, and new ones follow in theirs", () => {
    fc.assert(
      fc.property(pod, pod, (base, patch) => {
        const before = namesIn(base as never);
        const added = namesIn(patch as never).filter((one) => !before.includes(one));
        assert.deepEqual(namesIn(merge(base, patch) as never), [...before, ...added]);
      }),
    );
  });
});
