import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "mocha";
import { applicationIn } from "../../../../src/application/application.ts";
import { ApiError } from "../../../../src/cluster/api.ts";
import { deploymentPath } from "../../../../src/cluster/objects.ts";
import { UserError } from "../../../../src/errors.ts";
import { FakeWorld } from "../../../support/fake-world.ts";
import { NAMESPACE } from "../../../support/fakes.ts";
import { OpenedPage } from "../../../support/page/opened-page.ts";
import type { TestViewer } from "../../../support/page/viewer.ts";
import { statisticsOf } from "../../../support/statistics.ts";
import { until } from "../../../support/until.ts";

/** What the issue of the page promises. */
const AT_MOST_MS = 500;

const soon = { timeoutMs: 5_000, everyMs: 5 };

describe("what the page shows", () => {
  let world: FakeWorld;
  let page: OpenedPage;
  let viewer: TestViewer;

  const opened = async (given: FakeWorld, options: Parameters<typeof OpenedPage.open>[0] = {}) => {
    world = given;
    page = await (await OpenedPage.open(options, world)).enter();
    viewer = await page.look();
    await until(() => viewer.state().status, soon);
  };
  const live = () => viewer.state().status?.live;

  afterEach(async () => {
    await page.close();
    assert.deepEqual(page.defects, []);
  });

  describe("of a stage that is live", () => {
    beforeEach(async () => opened(await new FakeWorld().at("canary-25")));

    it("is what status says", () => {
      assert.equal(live()?.stage, "canary-25");
      assert.deepEqual(live()?.shares.canary.effective, 25);
      assert.equal(viewer.state().cluster.answers, true);
    });

    it("follows a change of the cluster within half a second", async () => {
      const path = deploymentPath(NAMESPACE, "shop-new");
      const { metadata, ...rest } = world.api.objects.get(path) as {
        metadata: { name: string };
        spec: object;
      };
      const changed = performance.now();
      world.api.put(path, { metadata, ...rest, spec: { ...rest.spec, replicas: 7 } });
      await until(() => live()?.tracks.canary.replicas === 7, soon);
      assert.ok(performance.now() - changed < AT_MOST_MS);
      assert.equal(live()?.deviations.length, 1);
    });

    it("tells each viewer the same", async () => {
      const other = await page.look();
      await world.at("canary-75");
      for (const each of [viewer, other])
        await until(() => each.state().status?.live?.stage === "canary-75", soon);
      assert.deepEqual(other.state().status, viewer.state().status);
    });

    it("asks the API server nothing while nothing changes", async () => {
      const asked: string[] = [];
      await delay(200);
      world.api.onRequest = (method, path) => asked.push(`${method} ${path}`);
      const other = await page.look();
      await until(() => other.state().status, soon);
      await delay(1_000);
      assert.deepEqual(asked, []);
    });

    it("shows who holds the lock, for as long as that is so", async () => {
      const lock = await applicationIn(world.api, world.project.config).lock({
        holder: "bob@ci:1",
        purpose: "promote",
      });
      await until(() => viewer.state().status?.lock?.name === "bob@ci:1", soon);
      await lock.release();
      await until(() => viewer.state().status?.lock === null, soon);
    });

    it("has a point of the chart for the share of now, and another one when it changes", async () => {
      await until(() => viewer.state().points.at(-1)?.effective === 25, soon);
      await world.at("canary-75");
      await until(() => viewer.state().points.at(-1)?.effective === 75, soon);
    });

    it("follows the project's files: the next release is a change of Pulumi.yaml", async () => {
      const shares = { "canary-0": 0, "canary-25": 25, "canary-75": 75, "canary-100": 100 };
      for (const [stage, canary] of Object.entries(shares)) {
        const traffic = `{ previous: ${100 - canary}, canary: ${canary} }`;
        const file = `config: { traffic: ${traffic}, replicas: { previous: 1, canary: 1 } }`;
        await writeFile(join(page.folder, `Pulumi.${stage}.yaml`), file);
      }
      await writeFile(join(page.folder, "Pulumi.yaml"), "name: [half an edit");
      await writeFile(join(page.folder, "Pulumi.yaml"), projectFile("1.2.0"));
      await until(() => viewer.state().status?.release.canary === "1.2.0", soon);
    });

    it("reads what cannot be understood as what it is, and comes back", async () => {
      const path = "/api/v1/namespaces/web/configmaps/shop-release";
      const { metadata, ...good } = world.api.objects.get(path) as { metadata: { name: string } };
      world.api.put(path, { metadata: { name: metadata.name }, data: { stage: "" } });
      await until(() => viewer.state().cluster.why, soon);
      assert.match(viewer.state().cluster.why ?? "", /cannot be understood/);
      assert.equal(live()?.stage, "canary-25");
      world.api.put(path, { metadata: { name: metadata.name }, ...good });
      await until(() => viewer.state().cluster.why === null, soon);
    });
  });

  it("is nothing before the foundation was applied, and the cluster once it is", async () => {
    const unfounded = new FakeWorld();
    unfounded.isFounded = false;
    await opened(unfounded);
    assert.deepEqual([viewer.state().status?.founded, live()], [false, null]);
    await world.found();
    await world.at("canary-25");
    await until(() => live()?.stage === "canary-25", { timeoutMs: 20_000 });
    assert.equal(viewer.state().status?.founded, true);
  });

  it("says that the cluster is away, keeps what it knew, and comes back", async () => {
    await opened(await new FakeWorld().at("canary-25"));
    const away = new UserError("the cluster cannot be reached: refused", "Start it.");
    world.api.away = away;
    await until(() => !viewer.state().cluster.answers, soon);
    assert.equal(viewer.state().cluster.why, away.message);
    assert.equal(live()?.stage, "canary-25");
    world.api.away = undefined;
    await world.at("canary-75");
    await until(() => viewer.state().cluster.answers && live()?.stage === "canary-75", soon);
  });

  it("says what to do where the deployer's Role is from before the page", async () => {
    const forbidden = new FakeWorld();
    forbidden.api.away = new ApiError(403, "pods is forbidden");
    world = forbidden;
    page = await (await OpenedPage.open({}, world)).enter();
    viewer = await page.look();
    await until(() => viewer.state().cluster.why, soon);
    assert.match(viewer.state().cluster.why ?? "", /pods is forbidden.*canary foundation/);
  });

  it("counts requests by the edge's statistics, while somebody looks", async () => {
    const statistics = await statisticsOf({
      canary: { requests: 25, failed: 2 },
      previous: { requests: 75, failed: 0 },
    });
    try {
      await opened(await new FakeWorld().at("canary-25"), { stats: [statistics.url] });
      const point = await until(() => viewer.state().points.find(({ canary }) => canary !== null), soon);
      // Each look reads twice: for the share, and for the counters.
      assert.deepEqual(point.canary, { requests: 50, failed: 4 });
      assert.deepEqual(point.previous, { requests: 150, failed: 0 });
      await until(() => live()?.shares.canary.applied === 50, soon);
    } finally {
      await statistics.close();
    }
  });
});

const projectFile = (canary: string): string => `
name: shop
runtime: nodejs
config:
  namespace: { value: web }
  router: { value: voyager }
  lifecycle: { value: [canary-25, canary-75, canary-100] }
  release: { value: { previous: 1.1.0, canary: ${canary} } }
  app:
    value:
      name: shop
      image: registry.test/shop
      port: 8080
      probePath: /
      resources: { requests: { cpu: 50m, memory: 50Mi }, limits: { cpu: 100m, memory: 100Mi } }
`;
