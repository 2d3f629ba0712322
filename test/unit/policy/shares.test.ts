import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { type StageResource, sharesAddUp } from "../../../policy/shares.ts";
import { runStage } from "../../support/program/mocks.ts";
import { exampleStage } from "../../support/program/replicas-stages.ts";
import { committedStage, stageOf } from "../../support/program/stages.ts";

const APP = "httpd";

const record = (previous: string, canary: string): StageResource => ({
  type: "kubernetes:core/v1:ConfigMap",
  props: {
    metadata: { name: `${APP}-release` },
    data: { previous: "1.0", canary: "1.1", trafficPrevious: previous, trafficCanary: canary },
  },
});

const versions = { previous: "1.0", canary: "1.1" } as const;

/** A Deployment of one version, with the labels of its track unless it runs the other track's version. */
const deployment = (
  version: keyof typeof versions,
  replicas: number,
  weight?: string,
  track: string = version,
): StageResource => ({
  type: "kubernetes:apps/v1:Deployment",
  props: {
    spec: {
      replicas,
      template: {
        metadata: {
          labels: { track },
          ...(weight !== undefined && { annotations: { "ingress.appscode.com/backend-weight": weight } }),
        },
        spec: { containers: [{ image: `registry.example.com:5000/app:${versions[version]}` }] },
      },
    },
  },
});

const service = (name: string, selector: Readonly<Record<string, string>>): StageResource => ({
  type: "kubernetes:core/v1:Service",
  props: { metadata: { name }, spec: { selector } },
});

describe("shares of a stage", () => {
  const cases: readonly [string, readonly StageResource[], RegExp | undefined][] = [
    [
      "by weight",
      [record("75", "25"), deployment("previous", 1, "75"), deployment("canary", 1, "25")],
      undefined,
    ],
    ["by replicas", [record("90", "10"), deployment("previous", 9), deployment("canary", 1)], undefined],
    [
      "all for the canary",
      [record("0", "100"), deployment("previous", 0, "0"), deployment("canary", 1, "100")],
      undefined,
    ],
    [
      "weights that forget the replicas",
      [record("75", "25"), deployment("previous", 3, "75"), deployment("canary", 1, "25")],
      /give the canary 10 %, and the stage says 25 %/,
    ],
    ["99 percent", [record("75", "24")], /together 99 %/],
    [
      "nobody",
      [record("75", "25"), deployment("previous", 0, "75"), deployment("canary", 0, "25")],
      /no pod takes traffic/,
    ],
    [
      "a weight that is no number",
      [record("75", "25"), deployment("previous", 1, "75"), deployment("canary", 1, "25 %")],
      /give the canary 0 %/,
    ],
    [
      "by replicas, all of them the new version's in the other Deployment",
      [record("0", "100"), deployment("canary", 10, undefined, "previous"), deployment("previous", 0)],
      undefined,
    ],
    [
      "a canary that waits behind the preview entrance",
      [
        record("100", "0"),
        deployment("previous", 1, "100"),
        deployment("canary", 4, "1"),
        service("httpd-preview", { track: "canary" }),
        service("httpd-service", { track: "previous" }),
      ],
      undefined,
    ],
    [
      "counts of pods, beside a canary that waits behind the preview entrance",
      [
        record("100", "0"),
        deployment("previous", 10),
        deployment("canary", 1),
        service("httpd-preview", { track: "canary" }),
        service("httpd", { track: "previous" }),
      ],
      undefined,
    ],
    [
      "counts of pods with a preview entrance, which are wrong",
      [
        record("90", "10"),
        deployment("previous", 8),
        deployment("canary", 2),
        service("httpd-preview", { track: "canary" }),
        service("httpd", {}),
      ],
      /give the canary 20 %, and the stage says 10 %/,
    ],
    [
      "a Service for each track, which a route divides traffic between, however many pods there are",
      [
        record("90", "10"),
        deployment("previous", 2),
        deployment("canary", 2),
        service("httpd-previous", { track: "previous" }),
        service("httpd-canary", { track: "canary" }),
      ],
      undefined,
    ],
    ["a stack without a release", [deployment("previous", 1)], undefined],
  ];
  for (const [what, resources, problem] of cases) {
    it(what, () => {
      const problems = sharesAddUp(resources);
      assert.equal(problems.length, problem ? 1 : 0, problems.join());
      if (problem) assert.match(problems[0] ?? "", problem);
    });
  }

  it("are those of a canary that waits behind the preview entrance, by either router", async () => {
    const byWeight = {
      ...stageOf("canary-25"),
      config: {
        ...committedStage("canary-25"),
        edge: { previewHost: "preview.example.com" },
        traffic: { previous: 100, canary: 0 },
      },
    };
    const byCount = {
      stack: "canary-10",
      config: exampleStage("canary-10", {
        edge: { previewService: "ClusterIP" },
        traffic: { previous: 100, canary: 0 },
      }),
    };
    for (const setting of [byWeight, byCount]) {
      const { resources } = await runStage(setting);
      const declared = resources.map(({ type, inputs }) => ({ type, props: inputs }));
      assert.equal(declared.filter(({ type }) => type === "kubernetes:core/v1:Service").length, 2);
      assert.deepEqual(sharesAddUp(declared), []);
    }
  });

  it("are those of every golden stage", () => {
    const folder = new URL("../../golden/", import.meta.url);
    const files = readdirSync(folder).filter((name) => name.startsWith("canary-"));
    assert.ok(files.length > 0);
    for (const name of files) {
      const golden = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as {
        urn: string;
        inputs: object;
      }[];
      const resources = golden.map(({ urn, inputs }) => ({
        type: urn.split("::")[0]?.split("$").at(-1) ?? "",
        props: { ...inputs },
      }));
      assert.ok(
        resources.some(({ type }) => type === "kubernetes:apps/v1:Deployment"),
        name,
      );
      assert.deepEqual(sharesAddUp(resources), [], name);
    }
  });
});
