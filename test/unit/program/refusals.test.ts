import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { refusalOf, runStage, type StageSetting } from "../../support/program/mocks.ts";
import { clusterAfter, runStages, stageOf } from "../../support/program/stages.ts";

type Json = Record<string, unknown>;

const withConfig = (setting: StageSetting, values: Json): StageSetting => ({
  ...setting,
  config: { ...setting.config, ...values },
});

const [FOUNDATION, FIRST, LATER] = [stageOf("foundation"), stageOf("canary-25"), stageOf("canary-75")];

/** Each of these is refused with this text, before the first resource is registered. */
const REFUSED: readonly [what: string, setting: StageSetting, text: RegExp][] = [
  [
    "traffic that does not add up to 100",
    withConfig(FIRST, { traffic: { previous: 70, canary: 25 } }),
    /^traffic is \{"previous":70,"canary":25\}: previous and canary must add up to 100 percent\n/,
  ],
  [
    "an unknown key",
    withConfig(FIRST, { repliccas: { previous: 1, canary: 1 } }),
    /^repliccas is no known key; did you mean replicas\?\n/,
  ],
  [
    "a share that the pods cannot give",
    withConfig(FIRST, {
      traffic: { previous: 99, canary: 1 },
      replicas: { previous: 1, canary: 30 },
    }),
    /^traffic\.canary: 1 % cannot be given by 1 previous and 30 canary pods; .*\nSet replicas to previous: 6, canary: 30,/,
  ],
  [
    "a share without pods",
    withConfig(FIRST, { replicas: { previous: 0, canary: 1 } }),
    /^traffic\.previous is 75 % but replicas\.previous is 0\n/,
  ],
  [
    "a stage outside the lifecycle",
    { ...LATER, stack: "canary-50" },
    /^stage canary-50 is not in lifecycle: canary-25, canary-75, canary-100, nor the abort stage canary-0\n/,
  ],
  [
    "a stage before anything was released",
    LATER,
    /^stage canary-75 is refused: nothing was released to this cluster yet, and a release starts at canary-25\n/,
  ],
  [
    "a foundation that does not exist",
    { ...LATER, stacks: {} },
    /^the foundation, stack foundation, was never applied: unknown stack "foundation"\nApply it first: canary foundation, or pulumi up -s foundation/,
  ],
  [
    "a foundation that exports nothing",
    { ...LATER, stacks: { foundation: {} } },
    /^the foundation, stack foundation, was never applied: it has no output deployerKubeconfig\n/,
  ],
  [
    "a cluster in a stage's file",
    withConfig(LATER, { cluster: { kind: "kubeconfig", context: "test" } }),
    /^cluster stands in a stage's configuration, but belongs to the stack foundation\nMove it to Pulumi\.foundation\.yaml:/,
  ],
  [
    "traffic in the foundation's file",
    withConfig(FOUNDATION, { traffic: { previous: 75, canary: 25 } }),
    /^traffic stands in Pulumi\.foundation\.yaml, but foundation is no stage: it has no traffic\n/,
  ],
  [
    "no cluster in the foundation's file",
    withConfig(FOUNDATION, { cluster: undefined }),
    /^cluster is missing in Pulumi\.foundation\.yaml\nSay which cluster:/,
  ],
  [
    "a foundation that is a stage, as it was earlier",
    withConfig(FIRST, { founding: "canary-25" }),
    /^founding is "canary-25", which is a stage: canary-25, canary-75, canary-100, canary-0\nThe foundation is a stack of its own now: .*move cluster from Pulumi\.canary-25\.yaml to Pulumi\.foundation\.yaml\.$/,
  ],
  [
    "a Service that somebody else made",
    stageOf("canary-25", {
      "/api/v1/namespaces/httpdcanary/services/httpd-service": {
        kind: "Service",
        metadata: { name: "httpd-service", managedFields: [{ manager: "kubectl-create" }] },
      },
    }),
    /^objects of somebody else are there by these names, and would be taken over:\n {2}Service httpd-service, managed by kubectl-create\nApply it with the command /,
  ],
  [
    "a context that the kubeconfig does not have",
    withConfig(FOUNDATION, { cluster: { kind: "kubeconfig", context: "production" } }),
    /^cluster\.context is production, which the kubeconfig does not have: it has test\n/,
  ],
  [
    "a kubeconfig that does not verify TLS",
    {
      ...FOUNDATION,
      editKubeconfig: (text) =>
        text.replace(/"certificate-authority-data":"[^"]*"/, '"insecure-skip-tls-verify":true'),
    },
    /^context test has insecure-skip-tls-verify: true\nGive the cluster's certificate authority/,
  ],
  [
    "a kubeconfig that is none",
    { ...FOUNDATION, editKubeconfig: () => "{" },
    /^the kubeconfig .* cannot be read: .*\nName a kubeconfig file that exists/s,
  ],
  [
    "a cluster whose certificate is another one's",
    {
      ...FOUNDATION,
      editKubeconfig: (text) => text.replace(/"certificate-authority-data":"[^"]*",?/, ""),
    },
    /^the cluster at https:\/\/127\.0\.0\.1:\d+ cannot be reached: self-signed certificate/,
  ],
  [
    "a cluster that cannot be reached",
    { ...FOUNDATION, unreachable: true },
    /^the cluster at https:\/\/127\.0\.0\.1:\d+ cannot be reached: connect ECONNREFUSED .*\nCheck that the cluster runs/,
  ],
  [
    "a cluster that cannot be reached, from a later stage",
    { ...LATER, unreachable: true },
    /^the cluster at https:\/\/127\.0\.0\.1:\d+ cannot be reached: connect ECONNREFUSED/,
  ],
  [
    "a cluster without Voyager",
    { ...FIRST, cluster: {} },
    /^the cluster at https:\/\/127\.0\.0\.1:\d+ does not serve voyager\.appscode\.com\/v1\nInstall the Voyager operator/,
  ],
  [
    "a release record that nobody understands",
    stageOf("canary-75", {
      "/api/v1/namespaces/httpdcanary/configmaps/httpd-release": { data: { stage: "canary-25" } },
    }),
    /^ConfigMap httpdcanary\/httpd-release, the release record, cannot be understood: \{"stage":"canary-25"\}\n/,
  ],
];

describe("the program refuses, before anything is registered,", () => {
  for (const [what, setting, text] of REFUSED) {
    it(what, async () => assert.match(await refusalOf(setting), text));
  }

  it("a stage skipped", async () => {
    const live = clusterAfter(await runStages(["canary-25"]));
    assert.match(
      await refusalOf(stageOf("canary-100", live)),
      /^stage canary-100 is refused: release 2\.4\.18 → 2\.4\.20 has not been at canary-75 yet \(it is at canary-25\)\nApply canary-75 first\.$/,
    );
  });

  it("a release that does not continue the live version", async () => {
    const live = clusterAfter(await runStages(["canary-25", "canary-75"]));
    const release = { previous: "2.4.20", canary: "2.4.23" };
    assert.match(
      await refusalOf(withConfig(stageOf("canary-25", live), { release })),
      /^release 2\.4\.20 → 2\.4\.23 does not continue what is live: release\.previous is 2\.4\.20, the live version is 2\.4\.18 /,
    );
  });
});

describe("an override", () => {
  for (const reason of ["incident 4711", "[INC-42] reason", '["INC-42"]']) {
    it(`with the reason ${reason} lets a stage be skipped, and shows in the record`, async () => {
      const live = clusterAfter(await runStages(["canary-25"]));
      const setting = withConfig(stageOf("canary-100", live), { lifecycleOverride: reason });
      const { resources } = await runStage(setting);
      const records = resources
        .filter(({ type, name }) => type === "kubernetes:core/v1:ConfigMap" && name === "httpd-release")
        .map(({ inputs }) => (inputs.data as Json).override);
      assert.deepEqual(records, [reason]);
    });
  }
});
