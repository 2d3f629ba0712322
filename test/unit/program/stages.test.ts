import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { before, describe, it } from "mocha";
import { outputsSchema } from "../../../src/program/outputs.ts";
import { type Registered, runStage, type StageRun } from "../../support/program/mocks.ts";
import { type Json, only, recordOf, tracksOf, WEIGHT } from "../../support/program/stage-objects.ts";
import { clusterAfter, runStages, stageOf } from "../../support/program/stages.ts";

const STAGES = ["canary-25", "canary-75", "canary-100"] as const;

const APPLICATION = [
  "canary-stages:index:ReleaseRecord httpd-release",
  "canary-stages:index:Track httpd-new",
  "canary-stages:index:Track httpd-previous",
  "canary-stages:index:VoyagerEdge httpd-service",
  "kubernetes:apps/v1:Deployment httpd-new",
  "kubernetes:apps/v1:Deployment httpd-previous",
  "kubernetes:core/v1:ConfigMap httpd-new-content",
  "kubernetes:core/v1:ConfigMap httpd-previous-content",
  "kubernetes:core/v1:ConfigMap httpd-release",
  "kubernetes:core/v1:Service httpd-service",
  "kubernetes:policy/v1:PodDisruptionBudget httpd-new-budget",
  "kubernetes:policy/v1:PodDisruptionBudget httpd-previous-budget",
  "kubernetes:voyager.appscode.com/v1:Ingress httpd-service-ingress",
  "pulumi:providers:kubernetes deployer",
];

const FOUNDATION = [
  "canary-stages:index:ExistingCluster cluster",
  "canary-stages:index:Tenancy tenancy",
  "kubernetes:core/v1:Namespace tenancy",
  "kubernetes:core/v1:Secret tenancy-deployer-token",
  "kubernetes:core/v1:ServiceAccount tenancy-deployer",
  "kubernetes:networking.k8s.io/v1:NetworkPolicy tenancy",
  "kubernetes:rbac.authorization.k8s.io/v1:Role tenancy-deployer",
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding tenancy-deployer",
  "pulumi:providers:kubernetes cluster",
];

const namesOf = (resources: readonly Registered[]): string[] =>
  resources.map(({ type, name }) => `${type} ${name}`).sort();

describe("the program's entry", () => {
  it("has a default export alone: Pulumi's language host refuses one that has names beside it", async () => {
    const { main } = JSON.parse(readFileSync("package.json", "utf8")) as { main: string };
    assert.deepEqual(Object.keys(await import(`../../../${main}`)), ["default"]);
  });
});

describe("the foundation's outputs", () => {
  it("are asked of nobody when they are handed over, and make no difference", async () => {
    const founded = clusterAfter(await runStages(["canary-25"]));
    const asked = await runStage(stageOf("canary-75", founded));
    const handed = await runStage({ ...stageOf("canary-75", founded), stacks: {}, handsOver: true });
    assert.deepEqual(handed.resources, asked.resources);
    assert.deepEqual(handed.outputs, asked.outputs);
  });
});

describe("the stages of a release", () => {
  const runs = {} as Record<(typeof STAGES)[number], StageRun>;
  before(async () => {
    runs["canary-25"] = await runStages(["canary-25"]);
    runs["canary-75"] = await runStages(["canary-25", "canary-75"]);
    runs["canary-100"] = await runStages(["canary-25", "canary-75", "canary-100"]);
  });

  for (const stage of STAGES) {
    it(`${stage} has the application alone`, () => {
      assert.deepEqual(namesOf(runs[stage].resources), APPLICATION);
    });
  }

  it("have the walkthrough's weights, pods and versions", () => {
    const previous = { name: "httpd-previous", image: "httpd:2.4.18" };
    const canary = { name: "httpd-new", replicas: 1, image: "httpd:2.4.20" };
    assert.deepEqual(tracksOf(runs["canary-25"]), [
      { ...previous, replicas: 1, weight: "75" },
      { ...canary, weight: "25" },
    ]);
    assert.deepEqual(tracksOf(runs["canary-75"]), [
      { ...previous, replicas: 1, weight: "25" },
      { ...canary, weight: "75" },
    ]);
    assert.deepEqual(tracksOf(runs["canary-100"]), [
      { ...previous, replicas: 0, weight: "0" },
      { ...canary, weight: "100" },
    ]);
  });

  it("differ in weights, replicas and the record, and in no other property of an object", () => {
    const differing = (a: StageRun, b: StageRun) =>
      a.resources
        .filter(({ type, custom }) => custom && type.startsWith("kubernetes:"))
        .flatMap(({ type, name, inputs }) => {
          const other = b.resources.find((one) => one.type === type && one.name === name);
          return other ? differencesOf(inputs, other.inputs).map((path) => `${name} ${path}`) : [];
        })
        .sort();
    const weight = `spec.template.metadata.annotations.${WEIGHT}`;
    const record = ["effectiveCanary", "reached", "stage", "trafficCanary", "trafficPrevious"].map(
      (key) => `httpd-release data.${key}`,
    );
    assert.deepEqual(differing(runs["canary-75"], runs["canary-25"]), [
      `httpd-new ${weight}`,
      `httpd-previous ${weight}`,
      ...record,
    ]);
    assert.deepEqual(differing(runs["canary-100"], runs["canary-75"]), [
      `httpd-new ${weight}`,
      "httpd-previous spec.replicas",
      `httpd-previous ${weight}`,
      ...[...record, "httpd-release data.liveVersion"].sort(),
    ]);
  });

  it("write down what is live", () => {
    const { versions, objects: _, ...record } = recordOf(runs["canary-75"]);
    const { previous, canary } = JSON.parse(String(versions)) as Record<string, Json>;
    assert.deepEqual([previous?.image, canary?.image], ["2.4.18", "2.4.20"]);
    assert.deepEqual(record, {
      stage: "canary-75",
      previous: "2.4.18",
      canary: "2.4.20",
      trafficPrevious: "25",
      trafficCanary: "75",
      effectiveCanary: "75",
      reached: "canary-25 canary-75",
      liveVersion: "2.4.18",
      override: "",
      writtenBy: "WRITER",
    });
    assert.equal(recordOf(runs["canary-100"]).liveVersion, "2.4.20");
  });

  it("export the evaluated stage in the form that the command reads", () => {
    for (const stage of STAGES) {
      const parsed = outputsSchema.strict().parse(runs[stage].outputs);
      assert.equal(parsed.stage, stage);
      assert.deepEqual(parsed.effective, parsed.intended);
    }
  });

  for (const stage of STAGES) {
    describe(stage, () => {
      it("has each URN once", () => {
        const urns = runs[stage].resources.map(({ urn }) => urn);
        assert.equal(new Set(urns).size, urns.length);
      });

      it("has every object under a component; only components and the application's provider stand alone", () => {
        const { resources } = runs[stage];
        const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
        for (const { type, name, parent, custom } of resources) {
          if (custom && name !== "deployer") {
            assert.match(byUrn.get(parent)?.type ?? "", /^canary-stages:index:/, `${type} ${name}`);
          } else {
            assert.equal(parent, "", `${type} ${name}`);
          }
        }
      });

      it("leaves nothing to the engine's default provider, and the application to the deployer", () => {
        for (const { type, name, provider, custom } of runs[stage].resources) {
          if (!custom || type.startsWith("pulumi:providers:")) continue;
          assert.equal(provider, "deployer", `${type} ${name}`);
        }
      });

      it("keeps the deployer's kubeconfig secret", () => {
        const { inputs, secrets } = only(runs[stage], "pulumi:providers:kubernetes", "deployer");
        assert.deepEqual(secrets, ["kubeconfig"]);
        assert.equal(inputs.enableServerSideApply, "true");
        assert.equal(inputs.upsertExistingObjects, "true");
        assert.deepEqual(runs[stage].secretOutputs, []);
      });

      it("shows no token in an input that is no secret", () => {
        for (const { type, name, inputs, secrets } of runs[stage].resources) {
          if (secrets.length === 0)
            assert.doesNotMatch(JSON.stringify(inputs), /secret-token|\\"token\\"/, `${type} ${name}`);
        }
      });

      it("writes every object of the application as the one field manager", () => {
        for (const { type, name, inputs, provider } of runs[stage].resources) {
          if (provider !== "deployer") continue;
          const { annotations } = inputs.metadata as { annotations: Json };
          assert.equal(annotations["pulumi.com/patchFieldManager"], "canary-stages", `${type} ${name}`);
        }
      });

      it("is done when the record is written: that waits for everything else", () => {
        const { dependsOn } = only(runs[stage], "canary-stages:index:ReleaseRecord", "httpd-release");
        const objects = runs[stage].resources.filter(
          ({ provider, name }) => provider === "deployer" && name !== "httpd-release",
        );
        assert.deepEqual(
          [...new Set(dependsOn)].sort(),
          [...new Set(objects.map(({ name }) => name))].sort(),
        );
      });
    });
  }

  it("protect nothing, and leave the application running when a stack is destroyed", () => {
    for (const stage of STAGES) {
      const { resources } = runs[stage];
      assert.deepEqual(namesOf(resources.filter(({ protect }) => protect)), []);
      const retained = resources.filter(({ retainOnDelete, custom }) => retainOnDelete && custom);
      assert.deepEqual(
        namesOf(retained),
        namesOf(resources.filter(({ provider }) => provider === "deployer")),
      );
    }
  });
});

describe("the foundation", () => {
  let run: StageRun;
  before(async () => {
    run = await runStage(stageOf("foundation"));
  });

  it("has cluster and tenancy, and nothing else", () => {
    assert.deepEqual(namesOf(run.resources), FOUNDATION);
  });

  it("exports the deployer's kubeconfig, as a secret", async () => {
    assert.deepEqual(Object.keys(run.outputs), ["deployerKubeconfig"]);
    assert.equal(await pulumi.isSecret(run.outputs.deployerKubeconfig as never), true);
    assert.deepEqual(run.secretOutputs, ["tenancy.deployerKubeconfig"]);
  });

  it("protects the namespace, and deletes it when it made it", () => {
    const kept = (property: "protect" | "retainOnDelete") =>
      namesOf(run.resources.filter((resource) => resource[property]));
    assert.deepEqual(kept("protect"), ["kubernetes:core/v1:Namespace tenancy"]);
    assert.deepEqual(kept("retainOnDelete"), []);
  });

  it("keeps a namespace that was there before, once somebody said that it is to be taken over", async () => {
    const namespace = {
      "/api/v1/namespaces/httpdcanary": { kind: "Namespace", metadata: { name: "httpdcanary" } },
    };
    const setting = stageOf("foundation", namespace);
    await assert.rejects(runStage(setting), /Namespace httpdcanary\n/);
    const taken = await runStage({ ...setting, config: { ...setting.config, takeOver: true } });
    const { retainOnDelete, inputs } = only(taken, "kubernetes:core/v1:Namespace", "tenancy");
    assert.equal(retainOnDelete, true);
    assert.doesNotMatch(JSON.stringify(inputs), /made-here/);
  });

  it("has each URN once, every object under a component, and the administrator as its provider", () => {
    const urns = run.resources.map(({ urn }) => urn);
    assert.equal(new Set(urns).size, urns.length);
    for (const { type, name, parent, provider, custom } of run.resources) {
      if (!custom) continue;
      assert.match(parent, /::canary-stages:index:/, `${type} ${name}`);
      if (!type.startsWith("pulumi:providers:")) assert.equal(provider, "cluster", `${type} ${name}`);
    }
  });
});

describe("HAProxy's timeouts", () => {
  it("are those that the edge says, beside the program's own", async () => {
    const setting = stageOf("canary-25");
    const edge = { timeouts: { request: "2m", tunnel: "1h" } };
    const run = await runStage({ ...setting, config: { ...setting.config, edge } });
    const { inputs } = only(run, "kubernetes:voyager.appscode.com/v1:Ingress", "httpd-service-ingress");
    const { annotations } = inputs.metadata as { annotations: Json };
    assert.deepEqual(JSON.parse(String(annotations["ingress.appscode.com/default-timeout"])), {
      connect: "1s",
      server: "2m",
      tunnel: "1h",
    });
  });
});

/** Paths at which two values differ. */
function differencesOf(a: unknown, b: unknown, path = ""): string[] {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    return a === b ? [] : [path];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    differencesOf((a as Json)[key], (b as Json)[key], path ? `${path}.${key}` : key),
  );
}
