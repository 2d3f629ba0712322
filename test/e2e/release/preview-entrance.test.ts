import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import { stringify } from "yaml";
import { type Load, startLoad } from "../../../bench/load/load.ts";
import { setRelease } from "../../../local/environment/workspace.ts";
import { edgeUrl } from "../../../src/verification/address.ts";
import { judge, type Measurement, measure } from "../../../src/verification/measurement.ts";
import { until } from "../../support/until.ts";
import { makeProject, type TestProject } from "../support/environment.ts";
import { moveTo } from "../support/move.ts";

const NAMESPACE = "e2e-preview";
const PREVIEW_HOST = "preview.example.com";
const TESTERS = { header: { name: "x-tester", value: "yes" } };
const VERSIONS = ["2.4.18", "2.4.20", "2.4.23"];

describe("the preview entrance through HAProxy", function () {
  this.timeout(240_000);
  let project: TestProject;
  let url: string;

  before(async () => {
    project = await makeProject(NAMESPACE);
    await project.edit("Pulumi.yaml", { edge: { previewHost: PREVIEW_HOST, testers: TESTERS } });
    await moveTo(project, "canary-25");
    const operator = await project.operator();
    const api = await operator.cluster();
    assert.ok(api);
    url = await edgeUrl(api, await operator.project.stage("canary-25"));
  });

  const ask = (requests: number, host?: string): Promise<Measurement> =>
    measure({ url, host, rule: {}, versions: VERSIONS }, { requests });

  async function askAsTester(): Promise<string> {
    const { name, value } = TESTERS.header;
    const answer = await fetch(url, { headers: { [name]: value, connection: "close" } });
    return answer.text();
  }

  /** Waits until the edge has followed the cluster, as far as its preview host shows. */
  const untilPreviewShows = (version: string): Promise<unknown> =>
    until(async () => (await ask(1, PREVIEW_HOST)).byVersion[version] === 1);

  /** Waits until no request reaches the canary any more. */
  const untilHidden = (version: string): Promise<unknown> =>
    until(async () => (await ask(50)).byVersion[version] === undefined);

  const startSteadyLoad = (name: string): Promise<Load> =>
    startLoad({
      url,
      newConnectionsPerSecond: 100,
      recordFile: join(project.workspace.directory, `${name}.ndjson`),
      classify: { body: "<h1>httpd ([^<]+)</h1>" },
    });

  it("shows the canary alone, whatever its share, while other hosts are split", async () => {
    await untilPreviewShows("2.4.20");
    assert.deepEqual((await ask(100, PREVIEW_HOST)).byVersion, { "2.4.20": 100 });
    const split = await ask(2000);
    assert.ok(judge(split, "2.4.20", 25).fits, JSON.stringify(split));
  });

  it("sends testers to the canary, and nobody else", async () => {
    for (let index = 0; index < 20; index++) assert.match(await askAsTester(), /httpd 2\.4\.20/);
    const answer = await fetch(url, { headers: { "x-tester": "no", connection: "close" } });
    assert.equal(answer.status, 200);
    assert.ok(((await ask(200)).byVersion["2.4.18"] ?? 0) > 100);
  });

  it("has a stage canary-preview by configuration alone: the canary is shown, and gets no traffic", async () => {
    await writeFile(
      join(project.workspace.directory, "Pulumi.canary-preview.yaml"),
      stringify({
        config: {
          "canary-stages:traffic": { previous: 100, canary: 0 },
          "canary-stages:replicas": { previous: 1, canary: 1 },
        },
      }),
    );
    await project.edit("Pulumi.yaml", {
      lifecycle: ["canary-preview", "canary-25", "canary-100"],
    });
    const load = await startSteadyLoad("to-canary-preview");
    await moveTo(project, "canary-preview");
    const summary = await load.stop();
    assert.deepEqual(summary.failures, []);
    await untilHidden("2.4.20");
    assert.deepEqual((await ask(1000)).byVersion, { "2.4.18": 1000 });
    assert.deepEqual((await ask(50, PREVIEW_HOST)).byVersion, { "2.4.20": 50 });
    assert.match(await askAsTester(), /httpd 2\.4\.20/);
  });

  it("lets the canary in again without a failed request", async () => {
    const load = await startSteadyLoad("to-canary-25");
    await moveTo(project, "canary-25");
    const summary = await load.stop();
    assert.deepEqual(summary.failures, []);
    const split = await ask(2000);
    assert.ok(judge(split, "2.4.20", 25).fits, JSON.stringify(split));
  });

  it("starts the next release at canary-preview: no request of before or during reaches the new version", async () => {
    await moveTo(project, "canary-100");
    await setRelease(project.workspace, { previous: "2.4.20", canary: "2.4.23" });
    const load = await startSteadyLoad("next-release");
    await moveTo(project, "canary-preview");
    await untilPreviewShows("2.4.23");
    const summary = await load.stop();
    assert.deepEqual(summary.failures, []);
    assert.deepEqual(Object.keys(summary.byVersion), ["2.4.20"]);
    assert.deepEqual((await ask(1000)).byVersion, { "2.4.20": 1000 });
  });
});
