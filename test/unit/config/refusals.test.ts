import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { UserError } from "../../../src/errors.ts";
import { foundationConfig, projectConfig, stageConfig } from "../../../src/routers/config.ts";
import { committedStage } from "../../support/program/stages.ts";

const STAGE = committedStage("canary-75");
const APP = STAGE.app as Record<string, unknown>;

const HINT =
  "Change it in Pulumi.yaml (project values) or in the stack's own file, Pulumi.STACK.yaml (stage values).";

const FOUNDATION = committedStage("foundation");

function parserOf(values: object) {
  return "cluster" in values ? foundationConfig : stageConfig;
}

/** Values with `cluster` among them are the foundation's, all others a stage's. */
function refusal(
  values: Readonly<Record<string, unknown>>,
  parse: (raw: Record<string, unknown>) => unknown = parserOf(values),
): UserError {
  try {
    parse({ ...("cluster" in values ? FOUNDATION : STAGE), ...values });
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return error;
  }
  return assert.fail("the configuration was accepted");
}

describe("a wrong value is refused with its path, the value and what it has to be:", () => {
  const requests = { cpu: "50m", memory: "32Mi" };
  const wrong: readonly [what: string, values: Readonly<Record<string, unknown>>, message: string][] = [
    [
      "traffic that does not add up to 100",
      { traffic: { previous: 70, canary: 25 } },
      'traffic is {"previous":70,"canary":25}: previous and canary must add up to 100 percent',
    ],
    [
      "a negative share",
      { traffic: { previous: 110, canary: -10 } },
      "traffic.previous is 110: must be at most 100 percent\ntraffic.canary is -10: must not be negative",
    ],
    [
      "a fractional share",
      { traffic: { previous: 74.5, canary: 25.5 } },
      "traffic.previous is 74.5: must be a whole number of percent\ntraffic.canary is 25.5: must be a whole number of percent",
    ],
    ["traffic in a word", { traffic: "75:25" }, 'traffic is "75:25": must be an object'],
    [
      "negative replicas",
      { replicas: { previous: -1, canary: 1 } },
      "replicas.previous is -1: must not be negative",
    ],
    [
      "fractional replicas",
      { replicas: { previous: 1, canary: 0.5 } },
      "replicas.canary is 0.5: must be a whole number of pods",
    ],
    [
      "the same version twice",
      { release: { previous: "2.4.20", canary: "2.4.20" } },
      'release is {"previous":"2.4.20","canary":"2.4.20"}: previous and canary must be two versions',
    ],
    [
      "a version that is no tag",
      { release: { previous: "2.4.18", canary: "2.4 20" } },
      'release.canary is "2.4 20": must be an image tag such as 2.4.20, or sha256:<64 hex digits>',
    ],
    [
      "a digest cut short",
      { release: { previous: "2.4.18", canary: "sha256:abc" } },
      'release.canary is "sha256:abc": must be an image tag such as 2.4.20, or sha256:<64 hex digits>',
    ],
    [
      "a version without quotes",
      { release: { previous: 2.1, canary: "2.11" } },
      "release.previous is 2.1: must be a text in quotes: YAML reads 2.10 as the number 2.1",
    ],
    [
      "an image with its tag",
      { app: { ...APP, image: "httpd:2.4.20" } },
      'app.image is "httpd:2.4.20": must be an image reference without tag or digest: the versions are the release\'s',
    ],
    [
      "an image that is none",
      { app: { ...APP, image: "Apache HTTP Server" } },
      'app.image is "Apache HTTP Server": must be an image reference without tag or digest: the versions are the release\'s',
    ],
    [
      "a port that is none",
      { app: { ...APP, port: 70_000 } },
      "app.port is 70000: must be a port number from 1 to 65535",
    ],
    [
      "a relative probe path",
      { app: { ...APP, probePath: "health" } },
      'app.probePath is "health": must be an absolute path',
    ],
    [
      "a quantity that is none",
      { app: { ...APP, resources: { requests: { ...requests, cpu: "lots" }, limits: requests } } },
      'app.resources.requests.cpu is "lots": must be a Kubernetes quantity such as 100m or 64Mi',
    ],
    [
      "a quantity of dots",
      { app: { ...APP, resources: { requests, limits: { ...requests, memory: "1..5Gi" } } } },
      'app.resources.limits.memory is "1..5Gi": must be a Kubernetes quantity such as 100m or 64Mi',
    ],
    ["root", { app: { ...APP, runAsUser: 0 } }, "app.runAsUser is 0: must not be root"],
    [
      "a drain without a time",
      { app: { ...APP, drainSeconds: 0 } },
      "app.drainSeconds is 0: must be a whole number of seconds from 1 to 3600",
    ],
    [
      "a namespace that is none",
      { namespace: "HTTPD" },
      'namespace is "HTTPD": must be lower-case letters, digits and dashes, 40 at most',
    ],
    [
      "an unknown router",
      { router: "istio" },
      'router is "istio": must be one of voyager, replicas, gateway',
    ],
    [
      "an unknown sort of cluster",
      { cluster: { kind: "eks", context: "prod" } },
      'cluster.kind is "eks": must be one of kubeconfig, gke',
    ],
    ["a cluster without a context", { cluster: { kind: "kubeconfig" } }, "cluster.context is missing"],
    [
      "a context without a name",
      { cluster: { kind: "kubeconfig", context: "" } },
      'cluster.context is "": must not be empty',
    ],
    [
      "a stage twice",
      { lifecycle: ["canary-25", "canary-25"] },
      'lifecycle is ["canary-25","canary-25"]: names a stage twice',
    ],
    ["no stage", { lifecycle: [] }, "lifecycle is []: must not be empty"],
    [
      "a stage that is no stack name",
      { lifecycle: ["canary 25"] },
      'lifecycle[0] is "canary 25": must be a stack name',
    ],
    ["an override without a reason", { lifecycleOverride: "" }, 'lifecycleOverride is "": must not be empty'],
    [
      "an override that is just set",
      { lifecycleOverride: true },
      "lifecycleOverride is true: must be a text",
    ],
    ["a value left out", { release: undefined }, "release is missing"],
  ];
  for (const [what, values, message] of wrong) {
    it(what, () => {
      const error = refusal(values);
      assert.equal(error.message, message);
      assert.equal(error.hint, HINT);
    });
  }

  it("several at once, a line for each", () => {
    const { message } = refusal({
      namespace: "HTTPD",
      replicas: { previous: -1, canary: 1 },
      router: "istio",
    });
    assert.deepEqual(message.split("\n"), [
      'namespace is "HTTPD": must be lower-case letters, digits and dashes, 40 at most',
      'router is "istio": must be one of voyager, replicas, gateway',
    ]);
  });

  it("a foundation that is a stage: it was, in the earlier layout", () => {
    const { message, hint } = refusal({ founding: "canary-25" });
    assert.equal(
      message,
      'founding is "canary-25", which is a stage: canary-25, canary-75, canary-100, canary-0',
    );
    assert.match(hint, /^The foundation is a stack of its own now: leave founding out of Pulumi\.yaml/);
    assert.match(refusal({ founding: "canary-0" }).message, /^founding is "canary-0", which is a stage/);
  });
});

describe("an unknown key is refused with the nearest that is known", () => {
  const { replicas: _, traffic: __, ...projectValues } = STAGE;
  const unknown: readonly [key: string, values: Readonly<Record<string, unknown>>, suggestion: string][] = [
    ["lifecicle", { lifecicle: ["canary-25"] }, "lifecycle"],
    ["app.probepath", { app: { ...APP, probepath: "/" } }, "app.probePath"],
    ["traffic.cannary", { traffic: { previous: 75, canary: 25, cannary: 25 } }, "traffic.canary"],
    ["replicas.preceding", { replicas: { previous: 1, canary: 1, preceding: 1 } }, "replicas.previous"],
    [
      "app.content.paths",
      { app: { ...APP, content: { path: "/index.html", text: "", paths: [] } } },
      "app.content.path",
    ],
    ["cluster.contexts", { cluster: { kind: "kubeconfig", context: "a", contexts: [] } }, "cluster.context"],
    ["edge.allowedRange", { edge: { allowedRange: ["203.0.113.0/24"] } }, "edge.allowedRanges"],
    [
      "cluster.endpoint.networks[0].ranges",
      {
        cluster: {
          kind: "gke",
          project: "my-project",
          endpoint: { kind: "ip", networks: [{ name: "office", range: "203.0.113.0/24", ranges: [] }] },
        },
      },
      "cluster.endpoint.networks[0].range",
    ],
  ];
  for (const [key, values, suggestion] of unknown) {
    it(key, () => {
      assert.equal(refusal(values).message, `${key} is no known key; did you mean ${suggestion}?`);
    });
  }

  it("a stage's value among the project's", () => {
    const { message } = refusal({}, (raw) => projectConfig({ ...projectValues, traffic: raw.traffic }));
    assert.match(message, /^traffic is no known key/);
  });
});

describe("a secret", () => {
  it("is not shown when it is refused", () => {
    const { message } = refusal({ ...FOUNDATION, voyagerLicense: 4711 });
    assert.equal(message, "voyagerLicense is not right (a secret, not shown): must be a text");
  });

  it("is not shown under a key with a typing error either", () => {
    const { message } = refusal({ ...FOUNDATION, voyagerLicence: "not-for-eyes" });
    assert.equal(message, "voyagerLicence is no known key; did you mean voyagerLicense?");
  });
});
