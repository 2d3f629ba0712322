import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type LimitsArgs, limitRangeDocument, quotaDocument } from "../../../src/components/limits.ts";
import { application } from "../../support/application.ts";

const RESOURCES = { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "1", memory: "128Mi" } };
const SMALL = { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "50m", memory: "32Mi" } };

const args = (more: Partial<LimitsArgs> = {}): LimitsArgs => ({
  app: application({ resources: RESOURCES }),
  versions: [],
  namespace: "shop",
  stages: [
    { previous: 3, canary: 1 },
    { previous: 1, canary: 3 },
  ],
  edgePods: undefined,
  ...more,
});

const hardOf = (more?: Partial<LimitsArgs>) => quotaDocument(args(more)).spec;

describe("the limits of a namespace", () => {
  it("have room for each track at its largest, for those that drain meanwhile, and for the surge", () => {
    // Each track: 3 pods, 3 that take their place, 3 for each 10 of the 25 s until a pod is gone, and one beyond.
    assert.deepEqual(hardOf(), {
      hard: {
        pods: "32",
        "requests.cpu": "3200m",
        "requests.memory": "2Gi",
        "limits.cpu": "32",
        "limits.memory": "4Gi",
      },
    });
  });

  it("count sidecars with the application, and what runs before it where that is more", () => {
    const one = { name: "one", image: "proxy:1.27.3", resources: SMALL };
    const app = application({
      resources: RESOURCES,
      sidecars: [one],
      initContainers: [
        { ...one, name: "two", resources: { ...RESOURCES, requests: { cpu: "2", memory: "1Mi" } } },
      ],
    });
    const { hard } = hardOf({ app, stages: [{ previous: 1, canary: 0 }] }) as {
      hard: Record<string, string>;
    };
    // Six pods: 2 CPUs before the start with 10m beside them, then 64Mi and 16Mi.
    assert.equal(hard["requests.cpu"], "12060m");
    assert.equal(hard["requests.memory"], "480Mi");
  });

  it("have room for a hook, for the greatest of the versions, and for the edge's pods twice", () => {
    const hooks = { before: { args: ["migrate"], resources: SMALL } };
    const { hard } = hardOf({
      app: application({ resources: SMALL, hooks }),
      versions: [application({ resources: RESOURCES })],
      stages: [{ previous: 1, canary: 1 }],
      edgePods: { count: 2, resources: SMALL },
    }) as { hard: Record<string, string> };
    // 12 pods of the greater version, a hook, 4 of the edge.
    assert.equal(hard.pods, "17");
    assert.equal(hard["requests.cpu"], "1250m");
  });

  it("leave limits open where the edge's own pods have none", () => {
    const edgePods = { count: 2, resources: undefined };
    const { hard } = hardOf({ edgePods }) as { hard: Record<string, string> };
    assert.deepEqual(Object.keys(hard), ["pods", "requests.cpu", "requests.memory"]);
    assert.deepEqual(limitRangeDocument(args({ edgePods })).spec, {
      limits: [{ type: "Container", defaultRequest: { cpu: "100m", memory: "128Mi" } }],
    });
  });

  it("let no container go beyond the greatest that the configuration has", () => {
    const most = { cpu: "1", memory: "128Mi" };
    assert.deepEqual(limitRangeDocument(args()).spec, {
      limits: [{ type: "Container", max: most, default: most, defaultRequest: most }],
    });
  });
});
