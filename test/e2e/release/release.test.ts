import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { setRelease } from "../../../local/environment/workspace.ts";
import { applicationIn } from "../../../src/application/application.ts";
import { deploymentPath } from "../../../src/cluster/objects.ts";
import type { Change } from "../../../src/engine/changes.ts";
import type { Deployment } from "../../../src/model/deployment.ts";
import { applyStage, previewStage } from "../../../src/operations/move.ts";
import { until } from "../../support/until.ts";
import { administrator, makeProject, type TestProject } from "../support/environment.ts";
import { found } from "../support/move.ts";

const NAMESPACE = "e2e-release";
const WEIGHT = 'spec.template.metadata.annotations["ingress.appscode.com/backend-weight"]';

interface Pod {
  readonly metadata: { readonly deletionTimestamp?: string };
  readonly status: { readonly conditions: readonly { type: string; lastTransitionTime: string }[] };
}

interface Managed {
  readonly metadata: { readonly managedFields: readonly { operation: string; time: string }[] };
}

/** Object, path, before, after: the whole of what a move changes. */
type Line = readonly [object: string, path: string, from: unknown, to: unknown];

const lines = (changes: readonly Change[]): Line[] =>
  changes.map(({ object, path, from, to }): Line => [object, path, from, to]).sort(byText);
const byText = (a: Line, b: Line): number => JSON.stringify(a).localeCompare(JSON.stringify(b));

/** What the release record says differently, with the values that a move changes. */
const record = (values: Readonly<Record<string, readonly [from: string, to: string]>>): Line[] =>
  Object.entries(values).map(([key, [from, to]]) => ["ConfigMap httpd-release", `data.${key}`, from, to]);

describe("a release through its stages", () => {
  let project: TestProject;

  before(async () => {
    project = await makeProject(NAMESPACE);
    await found(project);
  });

  /** Previews a stage, holds it against what is expected, and applies it. */
  async function move(stage: string, expected: { move: string; changes: readonly Line[] }): Promise<void> {
    const operator = await project.operator();
    const preview = await previewStage(operator, stage);
    assert.equal(preview.move, expected.move);
    assert.deepEqual(lines(preview.changes), [...expected.changes].sort(byText));
    const applied = await applyStage(operator, preview);
    assert.deepEqual(
      lines(applied),
      [...expected.changes].sort(byText),
      "what was applied is what was previewed",
    );
  }

  it("starts at canary-25 with everything new", async () => {
    const operator = await project.operator();
    const preview = await previewStage(operator, "canary-25");
    assert.equal(preview.move, "first");
    assert.deepEqual([...new Set(preview.changes.map(({ operation }) => operation))], ["create"]);
    assert.deepEqual(preview.changes.map(({ object }) => object.split(" ")[0]).sort(), [
      "ConfigMap",
      "ConfigMap",
      "ConfigMap",
      "Deployment",
      "Deployment",
      "Ingress",
      "PodDisruptionBudget",
      "PodDisruptionBudget",
      "Service",
    ]);
    await applyStage(operator, preview);
  });

  it("has nothing to change in a second run, in a shell as well", async () => {
    const { exitCode, output } = await project.pulumi("preview", "--expect-no-changes", "-s", "canary-25");
    assert.equal(exitCode, 0, output);
  });

  it("refuses to skip a stage", async () => {
    const { exitCode, output } = await shellUp("canary-100");
    assert.notEqual(exitCode, 0);
    assert.match(
      output,
      /stage canary-100 is refused: release 2\.4\.18 → 2\.4\.20 has not been at canary-75 yet/,
    );
  });

  it("previews the first canary-75 exactly: two weights and the record", () =>
    move("canary-75", {
      move: "promotion",
      changes: [
        ["Deployment httpd-new", WEIGHT, "25", "75"],
        ["Deployment httpd-previous", WEIGHT, "75", "25"],
        ...record({
          stage: ["canary-25", "canary-75"],
          reached: ["canary-25", "canary-25 canary-75"],
          trafficPrevious: ["75", "25"],
          trafficCanary: ["25", "75"],
          effectiveCanary: ["25", "75"],
        }),
      ],
    }));

  it("goes back to canary-25 by applying it again", () =>
    move("canary-25", {
      move: "rollback",
      changes: [
        ["Deployment httpd-new", WEIGHT, "75", "25"],
        ["Deployment httpd-previous", WEIGHT, "25", "75"],
        ...record({
          stage: ["canary-75", "canary-25"],
          trafficPrevious: ["25", "75"],
          trafficCanary: ["75", "25"],
          effectiveCanary: ["75", "25"],
        }),
      ],
    }));

  it("is not promoted by a bare pulumi up while somebody else holds the lock: nothing changes", async () => {
    const { application, generations } = await live();
    const before = await generations();
    const lock = await application.lock({ holder: "bob@desk:2.b", purpose: "promote canary-75" });
    try {
      const { exitCode, output } = await shellUp("canary-75");
      assert.notEqual(exitCode, 0);
      assert.match(output, /the lock is held by bob@desk:2\.b \(promote canary-75\)/);
    } finally {
      await lock.release();
    }
    assert.deepEqual(await generations(), before);
    assert.equal((await application.record())?.stage, "canary-25");
  });

  it("is promoted by a bare pulumi up in a shell, which holds the lock and writes the move down", async () => {
    const { application } = await live();
    const moves = (await application.history()).length;
    const up = shellUp("canary-75");
    const holder = await until(() => application.lockHolder(), { what: "pulumi up holds the lock" });
    assert.equal(holder.purpose, "pulumi up canary-75");
    const { exitCode, output } = await up;
    assert.equal(exitCode, 0, output);
    assert.match(output, /httpd-new updated/);
    assert.equal(await application.lockHolder(), undefined, "it gives the lock back");
    const [entry, ...earlier] = await application.history();
    assert.deepEqual(
      [entry?.stage, entry?.move, entry?.result, earlier.length],
      ["canary-75", "promotion", "done", moves],
    );
    assert.equal((await application.record())?.writtenBy, entry?.who);
    assert.ok(holder.name.startsWith(`${entry?.who}:`), holder.name);
  });

  it("reaches canary-100: the previous version's pods go", () =>
    move("canary-100", {
      move: "promotion",
      changes: [
        ["Deployment httpd-new", WEIGHT, "75", "100"],
        ["Deployment httpd-previous", WEIGHT, "25", "0"],
        ["Deployment httpd-previous", "spec.replicas", 1, 0],
        ...record({
          stage: ["canary-75", "canary-100"],
          reached: ["canary-25 canary-75", "canary-25 canary-75 canary-100"],
          trafficPrevious: ["25", "0"],
          trafficCanary: ["75", "100"],
          effectiveCanary: ["75", "100"],
          liveVersion: ["2.4.18", "2.4.20"],
        }),
      ],
    }));

  it("let them go only when the canary's had been ready for two seconds", async () => {
    const api = await administrator();
    const pods = await api.list<Pod>(`/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=track=canary`);
    const ready = pods
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .flatMap(({ status }) => status.conditions.filter(({ type }) => type === "Ready"))
      .map(({ lastTransitionTime }) => Date.parse(lastTransitionTime));
    assert.equal(ready.length, 1);
    const previous = await api.get<Managed>(deploymentPath(NAMESPACE, "httpd-previous"));
    const applied = previous?.metadata.managedFields.find(({ operation }) => operation === "Apply");
    // Both times are whole seconds.
    const waited = Date.parse(applied?.time ?? "") - (ready[0] ?? 0);
    assert.ok(waited >= 2000, `${waited} ms`);
  });

  it("refuses a release that does not continue the live version", async () => {
    await setRelease(project.workspace, { previous: "2.4.18", canary: "2.4.23" });
    const { exitCode, output } = await shellUp("canary-25");
    assert.notEqual(exitCode, 0);
    assert.match(output, /release\.previous is 2\.4\.18, the live version is 2\.4\.20/);
  });

  it("refuses to start the next release anywhere but at the first stage", async () => {
    await setRelease(project.workspace, { previous: "2.4.20", canary: "2.4.23" });
    const { exitCode, output } = await shellUp("canary-75");
    assert.notEqual(exitCode, 0);
    assert.match(output, /release 2\.4\.20 → 2\.4\.23 is new and starts at canary-25/);
  });

  it("starts the next release at canary-25", async () => {
    const operator = await project.operator();
    const preview = await previewStage(operator, "canary-25");
    assert.equal(preview.move, "new release");
    const updated = lines(preview.changes).filter(
      ([object, path]) => /^Deployment/.test(object) && /image|replicas/.test(path),
    );
    assert.deepEqual(updated, [
      ["Deployment httpd-new", "spec.template.spec.containers[0].image", "httpd:2.4.20", "httpd:2.4.23"],
      ["Deployment httpd-previous", "spec.replicas", 0, 1],
      ["Deployment httpd-previous", "spec.template.spec.containers[0].image", "httpd:2.4.18", "httpd:2.4.20"],
    ]);
    assert.ok(preview.changes.every(({ object }) => /^(Deployment httpd-|ConfigMap httpd-)/.test(object)));
    await applyStage(operator, preview);
  });

  it("takes nothing down when any stage's stack is destroyed", async () => {
    for (const stage of ["canary-75", "canary-25"]) {
      const { exitCode, output } = await project.pulumi("destroy", "--yes", "-s", stage);
      assert.equal(exitCode, 0, output);
    }
    const api = await administrator();
    for (const name of ["httpd-previous", "httpd-new"]) {
      const deployment = await api.get<Deployment>(deploymentPath(NAMESPACE, name));
      assert.equal(deployment?.status?.availableReplicas, 1, `${name} still serves`);
    }
    for (const path of [
      `/api/v1/namespaces/${NAMESPACE}/services/httpd-service`,
      `/api/v1/namespaces/${NAMESPACE}/configmaps/httpd-release`,
      `/apis/voyager.appscode.com/v1/namespaces/${NAMESPACE}/ingresses/httpd-ingress`,
    ]) {
      assert.ok(await api.get(path), `${path} is still there`);
    }
  });

  it("does not let the foundation be destroyed by accident", async () => {
    const { exitCode, output } = await project.pulumi("destroy", "--yes", "-s", "foundation");
    assert.notEqual(exitCode, 0);
    assert.match(output, /protected/);
    const api = await administrator();
    const deployment = await api.get<Deployment>(deploymentPath(NAMESPACE, "httpd-new"));
    assert.equal(deployment?.status?.availableReplicas, 1);
  });

  async function live() {
    const application = applicationIn(await administrator(), (await project.operator()).project.config);
    const generations = () =>
      Promise.all(
        ["httpd-previous", "httpd-new"].map(
          async (name) =>
            (await application.api.get<Deployment>(deploymentPath(NAMESPACE, name)))?.metadata?.generation,
        ),
      );
    return { application, generations };
  }

  async function shellUp(stage: string) {
    await project.pulumi("stack", "init", stage);
    return project.pulumi("up", "--yes", "--skip-preview", "-s", stage);
  }
});
