import assert from "node:assert/strict";
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "mocha";
import { until } from "../../support/until.ts";
import { environment } from "../support/environment.ts";
import { type FaultWorld, faultWorld, report } from "../support/fault-world.ts";
import { type Cable, canary, type Ended, layCable, lockStack, startCanary } from "../support/project.ts";

const NAMESPACE = "e2e-fault-abort";
const RECORD = `/api/v1/namespaces/${NAMESPACE}/configmaps/app-release`;
const QUICKLY = ["--yes", "--no-verify"];
const AWAY_MS = 20_000;

describe("an abort when something else is wrong, under load", function () {
  this.timeout(300_000);
  let world: FaultWorld;
  let cable: Cable;
  const run = (...words: string[]): Promise<Ended> => canary(world.project, ...words);

  before(async () => {
    world = await faultWorld(NAMESPACE, async (project) => {
      cable = await layCable(project.workspace.directory);
      const { kubeconfig } = cable;
      const cluster = { kind: "kubeconfig", context: environment().context, kubeconfig };
      await project.edit("Pulumi.foundation.yaml", { cluster });
    });
  });
  after(() => cable?.cut());

  /** Files of a stack's state in the backend. */
  function filesOf(stack: string): string[] {
    const backend = fileURLToPath(world.project.workspace.environment.PULUMI_BACKEND_URL ?? "");
    const file = join(backend, ".pulumi", "stacks", "canary-stages", `${stack}.json`);
    return [file, `${file}.bak`];
  }

  async function loseState(stack: string): Promise<void> {
    for (const file of filesOf(stack)) await rm(file, { force: true });
  }

  async function requireOut(): Promise<void> {
    const record = await world.api.get<{ data: Record<string, string> }>(RECORD);
    assert.deepEqual([record?.data.stage, record?.data.liveVersion], ["canary-0", "1.0.0"]);
    const deployment = await world.deployment(world.deployments.canary);
    assert.equal(deployment?.spec.replicas, 0);
  }

  async function aborted(...words: string[]): Promise<void> {
    const { exitCode, stderr } = await run("abort", ...QUICKLY, ...words);
    assert.equal(exitCode, 0, stderr);
    await requireOut();
  }

  /** Spoils something at canary-25, takes the canary out, and begins the release again: no request fails meanwhile. */
  async function row(
    fault: string,
    { operator, wayOut }: { readonly operator: string; readonly wayOut: string },
    work: () => Promise<unknown>,
  ): Promise<void> {
    const summary = await world.underLoad(async () => {
      await work();
      await requireOut();
    });
    assert.deepEqual(summary.failures, []);
    await world.moveTo("canary-25");
    await report({ group: "engine", fault, operator, wayOut }, summary);
  }

  const STATES: readonly [what: string, stacks: readonly string[]][] = [
    ["canary-0", ["canary-0"]],
    ["the live stage", ["canary-25"]],
    ["canary-0 and of the live stage", ["canary-0", "canary-25"]],
  ];

  for (const [what, stacks] of STATES) {
    it(`the state of ${what} is lost: the canary is out all the same`, () =>
      row(
        `abort, and the state of ${what} is lost`,
        { operator: "nothing", wayOut: "none is needed" },
        async () => {
          for (const stack of stacks) await loseState(stack);
          await aborted();
        },
      ));

    it(`the state of ${what} is an old one: the canary is out all the same`, async () => {
      const files = stacks.flatMap((stack) => filesOf(stack)[0] ?? []);
      // As they are now; then the release goes on to another stage and back, and they are put back.
      await run("abort", ...QUICKLY);
      await world.moveTo("canary-25");
      for (const file of files) await copyFile(file, `${file}.old`);
      await world.moveTo("canary-75");
      await run("abort", ...QUICKLY);
      await world.moveTo("canary-25");
      await row(
        `abort, and the state of ${what} is an old one`,
        { operator: "nothing", wayOut: "none is needed" },
        async () => {
          for (const file of files) await copyFile(`${file}.old`, file);
          await aborted();
        },
      );
    });
  }

  it("canary-0 is locked by an engine elsewhere: it says so, and what it says to type frees it", () =>
    row(
      "abort, and the state of canary-0 is locked by an engine elsewhere",
      {
        operator: "another update of stack canary-0 is under way, by bob@elsewhere (pid 4711)",
        wayOut: "pulumi cancel --stack canary-0, if that one is known to be dead, and canary abort again",
      },
      async () => {
        await lockStack(world.project, "canary-0");
        const refused = await run("abort", ...QUICKLY);
        assert.equal(refused.exitCode, 3, refused.stderr);
        assert.match(refused.stderr, /another update of stack canary-0 is under way, by bob@elsewhere/);
        const hint = /pulumi (cancel --stack canary-0)/.exec(refused.stderr)?.[1]?.split(" ") ?? [];
        assert.equal((await world.project.pulumi(...hint, "--yes")).exitCode, 0);
        await aborted();
      },
    ));

  it("the live stage is locked by an engine elsewhere: the canary is out all the same", async () => {
    let lock = "";
    await row(
      "abort, and the state of the live stage is locked by an engine elsewhere",
      { operator: "nothing", wayOut: "none is needed: the abort is another stack" },
      async () => {
        lock = await lockStack(world.project, "canary-25");
        await aborted();
        await rm(lock);
      },
    );
  });

  it("the API server is away for 20 s in the middle: it goes on, or says what to type, and that works", () =>
    row(
      "abort, and the API server is away for 20 s in the middle of it",
      {
        operator: "nothing, or: Go on with: canary abort",
        wayOut: "none is needed, or canary abort again",
      },
      async () => {
        const move = await startedAbort();
        await cable.cut();
        await setTimeout(AWAY_MS);
        await cable.mend();
        const { exitCode, stderr } = await move.ended;
        if (exitCode === 0) return;
        assert.match(stderr, /Go on with: canary abort/);
        await aborted();
      },
    ));

  it("two take it out in the same second: one does, the other one is told who", () =>
    row(
      "two aborts in the same second",
      { operator: "the lock is held by … (abort)", wayOut: "none is needed: the other one takes it out" },
      async () => {
        const both = await Promise.all([run("abort", ...QUICKLY), run("abort", ...QUICKLY)]);
        assert.deepEqual(both.map(({ exitCode }) => exitCode).sort(), [0, 3]);
        assert.match(both.find(({ exitCode }) => exitCode === 3)?.stderr ?? "", /\(abort\) since/);
      },
    ));

  it("is stopped by Ctrl-C: it says what is half done, and the next one takes it out", () =>
    row(
      "abort, stopped by Ctrl-C in the middle of it",
      { operator: "stopped by the operator … Go on with: canary abort", wayOut: "canary abort again" },
      async () => {
        const move = await startedAbort();
        move.process.kill("SIGINT");
        const { exitCode, stderr } = await move.ended;
        assert.equal(exitCode, 1, stderr);
        assert.match(stderr, /stopped by the operator/);
        assert.match(stderr, /Go on with: canary abort\. It repairs what is half done\./);
        await aborted();
      },
    ));

  /** Starts an abort, and gives it back once it has changed a Deployment. */
  async function startedAbort() {
    const { previous } = world.deployments;
    const generation = async () => (await world.deployment(previous))?.metadata?.generation ?? 0;
    const earlier = await generation();
    const started = startCanary(world.project, ["abort", ...QUICKLY]);
    await until(async () => (await generation()) > earlier);
    return { process: started, ended: started };
  }
});
