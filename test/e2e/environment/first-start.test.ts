import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { findEdge } from "../../../local/edge/edge.ts";
import { edgeDirectory, readRecord } from "../../../local/edge/record.ts";
import { readClaim } from "../../../local/environment/claim.ts";
import { COMMAND } from "../../../local/environment/command.ts";
import { findProcess, readLedger } from "../../../local/process/ledger.ts";
import { isAlive } from "../../../local/process/processes.ts";
import { withDescendants } from "../../../local/process/procfs.ts";
import { until } from "../../../local/process/until.ts";
import { readServers } from "../../../src/routers/voyager/applied-share.ts";
import { type Clone, makeClone } from "../support/clone.ts";

const NAME = "a folder, ä";
const LENGTH = 120;
/** A start may have to make images. */
const BEGINS_WITHIN_MS = 180_000;
const MOVE_MS = 60_000;

/** As the end of `npm start` and of `npm run local:up` says that one goes on by hand. */
const BY_HAND = "source .local/environment.sh && cd .local/stacks";

describe(`npm start in a folder with a blank, an umlaut and ${LENGTH} characters, with umask 077`, function () {
  this.timeout(5 * 60_000);
  let clone: Clone;

  before(async () => {
    clone = await makeClone(NAME, LENGTH);
    assert.equal(clone.folder.length, LENGTH);
  });

  after(async () => {
    await clone.npm("077", "run", "local:down");
    await clone.remove();
  });

  const npm = async (...words: string[]) => {
    const { exitCode, all } = await clone.npm("077", ...words);
    return { exitCode, said: all };
  };

  /** What the environment started, and everything that came of it: pods come and go. */
  const recorded = () => [clone.stateDir, edgeDirectory(clone.stateDir)].flatMap(readLedger).filter(isAlive);
  const running = () => withDescendants(recorded()).filter(isAlive);

  /** Starts, and ends the start by SIGKILL once it has come as far as a line that it prints. */
  async function killStart(words: string[], printed: RegExp): Promise<void> {
    const starting = clone.npm("077", "start", ...words);
    let said = "";
    starting.all.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    let ended = false;
    void starting.then(() => {
      ended = true;
    });
    await until(() => ended || printed.test(said), { timeoutMs: BEGINS_WITHIN_MS });
    const isAtWork = () => findProcess(clone.stateDir, COMMAND) !== undefined;
    assert.ok(!ended && (await until(isAtWork, { timeoutMs: 10_000 })), said);
    const starter = readClaim(clone.stateDir)?.starter;
    assert.ok(starter && isAlive(starter));
    process.kill(starter.pid, "SIGKILL");
    assert.equal((await starting).exitCode, 137);
  }

  it("takes a release through its first stage", async () => {
    await killStart(
      ["--", "--keep"],
      /^canary-25 .* done in .*\n.*\n.*\n.*25 % .*\n {2}4000 requests .* 0 failed: fits/m,
    );
    const edge = findEdge(clone.stateDir);
    assert.ok(edge);
    assert.equal((await readServers(edge.statsUrl)).length, 2);
  });

  it("has what it keeps readable by its user alone", () => {
    for (const path of [".local", ".local/backend", ".local/passphrase", ".local/kubeconfig"])
      assert.equal(statSync(join(clone.folder, path)).mode & 0o077, 0, path);
  });

  it("leaves an environment up that was to be kept, though its start was killed", async () => {
    // What the walk was at goes on to its end by itself.
    const isOver = () => findProcess(clone.stateDir, COMMAND) === undefined;
    assert.ok(await until(isOver, { timeoutMs: MOVE_MS }));
    const status = await clone.shell(`${BY_HAND} && npx canary status --json`);
    assert.equal(status.exitCode, 0, status.all);
    assert.equal((JSON.parse(status.stdout) as { live: { stage: string } }).live.stage, "canary-75");
  });

  it("is to be typed on with pulumi as well", async () => {
    const { exitCode, all } = await clone.shell(
      `${BY_HAND} && pulumi preview -s canary-75 --non-interactive`,
    );
    assert.equal(exitCode, 0, all);
    assert.match(all, /\d+ unchanged/);
  });

  it("refuses a second one, and says what to type", async () => {
    const before = recorded();
    const { exitCode, said } = await npm("start");
    assert.equal(exitCode, 2, said);
    assert.match(
      said,
      /an environment is up in .*: it was to be left up .*\nTake it down first: npm run local:down\./,
    );
    assert.ok(before.length > 0);
    assert.deepEqual(before.filter(isAlive), before);
  });

  it("leaves nothing when it is taken down", async () => {
    const before = running();
    const sockets = readRecord(clone.stateDir)?.sockets ?? "";
    assert.ok(existsSync(sockets));
    const { exitCode, said } = await npm("run", "local:down");
    assert.equal(exitCode, 0, said);
    assert.deepEqual(before.filter(isAlive), []);
    assert.ok(!existsSync(clone.stateDir));
    assert.ok(!existsSync(sockets));
  });

  it("is taken down by the next when it was killed and nobody asked to keep it", async () => {
    await killStart([], /^\$ npx canary promote canary-25/m);
    const left = running();
    assert.ok(left.length > 9, `${left.length} processes`);
    const { exitCode, said } = await npm("run", "local:up");
    assert.equal(exitCode, 0, said);
    assert.match(said, /A start that was ended at once left its environment in .*: taking that down first/);
    assert.deepEqual(left.filter(isAlive), []);
    const refused = await npm("start");
    assert.equal(refused.exitCode, 2, refused.said);
    assert.match(refused.said, /Take it down first: npm run local:down/);
  });
});
