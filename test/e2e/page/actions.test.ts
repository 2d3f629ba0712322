import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { after, before, describe, it } from "mocha";
import { type Load, startLoad } from "../../../bench/load/load.ts";
import { request } from "../../../src/http/request.ts";
import type { PreviewAnswer } from "../../../src/page/contract.ts";
import type { TestBrowser, TestViewer } from "../../support/page/viewer.ts";
import { until } from "../../support/until.ts";
import { environment } from "../support/environment.ts";
import { type FaultWorld, faultWorld } from "../support/fault-world.ts";
import { openPage, type RunningPage } from "../support/page.ts";
import { canary } from "../support/project.ts";

const NAMESPACE = "e2e-page";
const PER_SECOND = 300;
/** What the page promises, between the cluster's change and its viewers. */
const AT_MOST_MS = 500;
/** The engine of a preview may have to start on a busy machine. */
const PREVIEW_MS = 60_000;
/** How long nothing happens, for what a quiet page takes of the machine: a tick of the clock is 0.2 % of it. */
const IDLE_SECONDS = 5;
/** What the end of the load brings has been shown by then. */
const SETTLED_MS = 2_000;

describe("the page, on a real cluster", function () {
  this.timeout(180_000);
  let world: FaultWorld;
  let load: Load;
  let page: RunningPage;
  let browser: TestBrowser;
  let viewer: TestViewer;

  before(async () => {
    world = await faultWorld(NAMESPACE);
    const stats = new URL(environment().edge?.statsUrl ?? "");
    stats.hostname = new URL(world.url).hostname;
    const gate = { stats: [stats.href], every: "5s", least: "5s", most: "60s" };
    await world.project.edit("Pulumi.yaml", { gate });
    load = await startLoad({
      url: world.url,
      newConnectionsPerSecond: PER_SECOND,
      recordFile: `${world.project.workspace.directory}/page.ndjson`,
      classify: { header: "x-version" },
    });
    const measuring = ["--version-header", "x-version", "--requests", "500", "--stats", stats.href];
    page = await openPage(world.project, "--control", ...measuring);
    browser = page.browser;
    viewer = await browser.look();
  });
  after(async () => {
    await page?.stop();
    await load?.stop();
  });

  const live = () => viewer.state().status?.live;
  /** The result of the action that goes on. */
  const ended = async (id: string) => {
    await until(() => viewer.state().action?.id === id && viewer.state().action?.result, { everyMs: 20 });
    return viewer.state().action?.result ?? assert.fail();
  };
  const begun = async (action: Parameters<TestBrowser["act"]>[0]) => {
    const { status, text, json } = await browser.act(action);
    assert.equal(status, 202, text);
    return json().id;
  };
  const preview = async (stage: string) => {
    const { text } = await browser.ask(`/preview?stage=${stage}`, { timeoutMs: PREVIEW_MS });
    const answer = JSON.parse(text) as PreviewAnswer;
    return "preview" in answer ? answer : assert.fail(text);
  };

  it("shows what status says", async () => {
    await until(live, { everyMs: 5 });
    const { stdout } = await canary(world.project, "status", "--json");
    const status = JSON.parse(stdout) as { live: { stage: string }; stages: unknown };
    assert.equal(live()?.stage, "canary-25");
    assert.deepEqual(viewer.state().status?.stages, status.stages);
  });

  it("shows a change of the cluster within half a second, and that the stage has drifted", async () => {
    const scale = (replicas: number) =>
      world.api.send("PATCH", world.deployments.previous, {
        type: "application/merge-patch+json",
        content: { spec: { replicas } },
      });
    await scale(2);
    const changed = performance.now();
    await until(() => live()?.tracks.previous.replicas === 2, { everyMs: 5 });
    assert.ok(performance.now() - changed < AT_MOST_MS);
    assert.ok(live()?.deviations.some(({ path }) => path.includes("replicas")));
    await scale(1);
    await until(() => live()?.deviations.length === 0);
  });

  it("counts both versions' requests at the edge, and shows the share that it applies", async () => {
    const point = await until(() =>
      viewer.state().points.find(({ canary: counts }) => (counts?.requests ?? 0) > 0),
    );
    assert.ok((point.previous?.requests ?? 0) > (point.canary?.requests ?? 0));
    await until(() => live()?.shares.canary.applied === 25);
  });

  it("promotes what its preview showed, and judges it", async () => {
    const { preview: shown, seen } = await preview("canary-75");
    assert.ok(shown.changes.some(({ object }) => object === "Deployment app-new"));
    const id = await begun({ kind: "promote", stage: "canary-75", confirmation: "canary-75", seen });
    const { exitCode, message } = await ended(id);
    assert.equal(exitCode, 0, message);
    assert.equal(live()?.stage, "canary-75");
    const { soak, action } = viewer.state();
    assert.equal(soak?.looks.at(-1)?.decision, "fine");
    assert.deepEqual(
      action?.phases.map(({ title, state }) => `${title} ${state}`),
      [
        // Nobody has judged it since it went live.
        "judge canary-25 done",
        "preview canary-75 done",
        "apply canary-75 done",
        "the edge takes it over done",
        "measure canary-75 done",
        "judge canary-75 done",
      ],
    );
    // The verdict is written after the last look, and comes by a watch of its own.
    await until(() => viewer.state().history[0]?.move === "judgement");
    await until(
      () => viewer.state().status?.stages.find(({ name }) => name === "canary-75")?.condition === "live",
    );
  });

  it("judges once more, and holds when that is cancelled", async () => {
    const id = await begun({ kind: "judge", confirmation: "canary-75" });
    await until(() => viewer.state().soak?.looks.length === 1);
    assert.equal(
      (await browser.act({ kind: "judge", confirmation: "" }, browser.csrf, `/actions/${id}/cancel`)).status,
      202,
    );
    assert.equal((await ended(id)).exitCode, 1);
    assert.equal(live()?.stage, "canary-75");
    const { exitCode, message } = await ended(await begun({ kind: "judge", confirmation: "canary-75" }));
    assert.equal(exitCode, 0, message);
  });

  it("goes back", async () => {
    const id = await begun({ kind: "rollback", stage: "canary-25", confirmation: "canary-25" });
    const { exitCode, message } = await ended(id);
    assert.equal(exitCode, 0, message);
    await until(() => live()?.stage === "canary-25" && live()?.shares.canary.applied === 25);
  });

  it("takes the canary out, for a reason that everybody reads", async () => {
    const other = await browser.look();
    const id = await begun({ kind: "abort", reason: "<errors> doubled", confirmation: "abort" });
    const { exitCode, message } = await ended(id);
    assert.equal(exitCode, 0, message);
    await until(() => other.state().status?.live?.aborted?.reason === "<errors> doubled");
    assert.match(
      other.state().action?.commandLine ?? "",
      /^npx canary abort --yes --reason '<errors> doubled' --version-header/,
    );
  });

  it("writes the release as one file", async () => {
    const file = join(world.project.workspace.directory, "release.html");
    const { exitCode, stderr } = await canary(world.project, "page", "--export", file);
    assert.equal(exitCode, 0, stderr);
    const html = await readFile(file, "utf8");
    browser.heard.push(html);
    assert.match(html, /\\u003cerrors> doubled/);
    assert.doesNotMatch(html, /<errors>/);
    assert.match((await browser.ask("/export")).text, /<script type="application\/json" id="state"/);
  });

  it("takes nothing of the machine while nothing happens", async () => {
    await load.stop();
    await delay(SETTLED_MS);
    const before = await cpuSeconds(page.pid);
    await delay(IDLE_SECONDS * 1000);
    const part = ((await cpuSeconds(page.pid)) - before) / IDLE_SECONDS;
    console.log(`      ${(part * 100).toFixed(2)} % of a core`);
    assert.ok(part < 0.03, `${part * 100} % of a core`);
  });

  it("told nobody a secret", async () => {
    const { workspace } = world.project;
    const passphrase = await readFile(workspace.environment.PULUMI_CONFIG_PASSPHRASE_FILE ?? "", "utf8");
    const { output } = await world.project.pulumi(
      "stack",
      "output",
      "-s",
      "foundation",
      "--json",
      "--show-secrets",
    );
    const token =
      /"token\\*": ?\\*"([\w.-]{100,})/.exec(output)?.[1] ?? assert.fail("the foundation exports no token");
    const key = await readFile(join(workspace.directory, "canary-stages", "page-key"), "utf8");
    const heard = browser.heard.join("\n");
    for (const secret of [passphrase.trim(), token, key]) assert.ok(!heard.includes(secret));
    assert.ok(heard.includes("canary-25"), "something was told");
  });

  it("ends at Ctrl-C, with every connection", async () => {
    const { exitCode, stderr } = await page.stop();
    assert.equal(exitCode, 0, stderr);
    await assert.rejects(request(new URL(browser.origin)), /ECONNREFUSED/);
  });
});

/** Seconds of a processor that a process has used: proc_pid_stat(5), utime and stime, a hundredth of a second each. */
async function cpuSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
