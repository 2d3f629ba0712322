import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { applicationIn } from "../../../../src/application/application.ts";
import { Interrupted } from "../../../../src/engine/stacks.ts";
import type { PreviewAnswer } from "../../../../src/page/contract.ts";
import { FakeWorld } from "../../../support/fake-world.ts";
import { OpenedPage } from "../../../support/page/opened-page.ts";
import type { TestViewer } from "../../../support/page/viewer.ts";
import { until } from "../../../support/until.ts";

const soon = { everyMs: 5 };

describe("an action from the page", () => {
  let world: FakeWorld;
  let page: OpenedPage;
  let viewer: TestViewer;

  beforeEach(async () => {
    world = await new FakeWorld().at("canary-25");
    const words = { everywhere: ["--context", "my cluster"], moves: ["--stats", "http://edge/;csv"] };
    page = await OpenedPage.open({ verification: await world.verification(), words }, world);
    await page.enter();
    viewer = await page.look();
    await until(() => viewer.state().status?.live, soon);
  });
  afterEach(async () => {
    await page.close();
    assert.deepEqual(page.defects, []);
  });

  const result = () => until(() => viewer.state().action?.result, soon);
  const preview = async (stage: string) =>
    JSON.parse((await page.ask(`/preview?stage=${stage}`)).text) as PreviewAnswer;
  const promote = (stage: string, more = {}) =>
    page.act({ kind: "promote", stage, confirmation: stage, ...more });

  it("promotes as the command does, and everybody sees how it goes on", async () => {
    const other = await page.look();
    const { status, json } = await promote("canary-75");
    assert.equal(status, 202);
    const { exitCode, message } = await result();
    assert.equal(exitCode, 0);
    assert.match(
      message,
      /^canary-75: promotion of 1\.0\.0 → 1\.1\.0 done in .* measured, \d+ requests, 0 failed: fits$/,
    );
    assert.equal(await world.liveStage(), "canary-75");
    const { action } = viewer.state();
    assert.equal(action?.id, json().id);
    assert.deepEqual(
      action?.phases.map(({ title, state }) => [title, state]),
      [
        ["preview canary-75", "done"],
        ["apply canary-75", "done"],
        ["the edge takes it over", "done"],
        ["measure canary-75", "done"],
      ],
    );
    await until(() => other.state().action?.result, soon);
    assert.deepEqual(other.state().action, action);
  });

  it("says what would do the same in a shell", async () => {
    await promote("canary-75");
    await result();
    assert.equal(
      viewer.state().action?.commandLine,
      "npx canary promote canary-75 --yes --stats 'http://edge/;csv' --context 'my cluster'",
    );
  });

  it("goes back", async () => {
    await world.at("canary-75");
    await page.act({ kind: "rollback", stage: "canary-25", confirmation: "canary-25" });
    assert.equal((await result()).exitCode, 0);
    assert.equal(await world.liveStage(), "canary-25");
  });

  it("takes the canary out, with the reason in the record", async () => {
    await page.act({ kind: "abort", reason: "errors doubled", confirmation: "abort" });
    assert.equal((await result()).exitCode, 0);
    assert.equal((await world.liveRecord())?.aborted?.reason, "errors doubled");
  });

  it("is refused as the command is, with its exit code", async () => {
    await promote("canary-100");
    const { exitCode, message, hint } = await result();
    assert.equal(exitCode, 3);
    assert.match(message, /canary-100/);
    assert.notEqual(hint, "");
    assert.equal(await world.liveStage(), "canary-25");
  });

  it("is refused while somebody else holds the lock", async () => {
    const lock = await applicationIn(world.api, world.project.config).lock({
      holder: "bob@ci:1",
      purpose: "promote",
    });
    await promote("canary-75");
    const { exitCode, message } = await result();
    assert.equal(exitCode, 3);
    assert.match(message, /bob@ci:1/);
    await lock.release();
  });

  it("needs a confirmation that says the stage", async () => {
    for (const confirmation of ["", "canary-25", "yes"]) {
      const { status, json } = await promote("canary-75", { confirmation });
      assert.equal(status, 409);
      assert.match(json().message, /has to be "canary-75"/);
    }
    const { status } = await page.act({ kind: "abort", confirmation: "yes" });
    assert.equal(status, 409);
    assert.equal((await promote("elsewhere")).status, 409);
    assert.deepEqual(world.engine, []);
  });

  it("is one at a time, whoever asks", async () => {
    let isOver = false;
    world.halfway = async () => void (await until(() => isOver, soon));
    await promote("canary-75");
    await until(() => viewer.state().action, soon);
    const { status, json } = await promote("canary-75");
    assert.equal(status, 409);
    assert.match(json().message, /^npx canary promote canary-75 --yes.* goes on$/);
    assert.match(JSON.stringify(await preview("canary-75")), /an action goes on/);
    isOver = true;
    await result();
  });

  it("is cancelled as by Ctrl-C, in good order", async () => {
    world.halfway = async (_stage, { signal }) => {
      await until(() => signal?.aborted, soon);
      signal?.throwIfAborted();
    };
    const { json } = await promote("canary-75");
    await until(() => world.engine.includes("apply canary-75"), soon);
    const { status } = await page.act(
      { kind: "abort", confirmation: "" },
      page.csrf,
      `/actions/${json().id}/cancel`,
    );
    assert.equal(status, 202);
    const { exitCode, message } = await result();
    assert.equal(exitCode, 1);
    assert.match(message, /stopped by the operator/);
    assert.equal((await world.history())[0]?.result, "cancelled");
    assert.equal(await applicationIn(world.api, world.project.config).lockHolder(), undefined);
    const again = await page.act(
      { kind: "abort", confirmation: "" },
      page.csrf,
      `/actions/${json().id}/cancel`,
    );
    assert.equal(again.status, 404);
  });

  it("ends in good order when the command is stopped meanwhile", async () => {
    world.halfway = async (_stage, { signal }) => {
      await until(() => signal?.aborted, soon);
      signal?.throwIfAborted();
    };
    await promote("canary-75");
    await until(() => world.engine.includes("apply canary-75"), soon);
    await page.stop(new Interrupted(false));
    assert.equal((await world.history())[0]?.result, "cancelled");
    assert.equal(await applicationIn(world.api, world.project.config).lockHolder(), undefined);
  });

  describe("with a preview", () => {
    it("makes what the preview shows", async () => {
      const answer = await preview("canary-75");
      assert.ok("preview" in answer);
      assert.equal(answer.commandLine, "npx canary preview canary-75 --context 'my cluster'");
      assert.deepEqual(
        answer.preview.changes.map(({ object }) => object),
        ["Deployment shop-new"],
      );
      await promote("canary-75", { seen: answer.seen });
      assert.equal((await result()).exitCode, 0);
    });

    it("changes nothing where it would do something else by now", async () => {
      const answer = await preview("canary-75");
      assert.ok("preview" in answer);
      await promote("canary-75", { seen: `${answer.seen}0` });
      const { exitCode, message } = await result();
      assert.equal(exitCode, 3);
      assert.equal(message, "what moving to canary-75 would change is not what the page showed");
      assert.equal(await world.liveStage(), "canary-25");
    });

    it("is told why there is none", async () => {
      const none = await preview("elsewhere");
      assert.ok("refused" in none);
      assert.match(none.refused.message, /"elsewhere" is none of the project's stages/);
      const early = await preview("canary-100");
      assert.ok("refused" in early);
      assert.notEqual(early.refused.hint, "");
    });
  });
});
