import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { parse, stringify } from "yaml";
import type { z } from "zod";
import { appendHistory } from "../../../src/application/history.ts";
import { acquireLock } from "../../../src/application/lock.ts";
import { configMapPath, deploymentPath } from "../../../src/cluster/objects.ts";
import { toRecord } from "../../../src/config/app/settings.ts";
import { UserError } from "../../../src/errors.ts";
import { toData } from "../../../src/model/record.ts";
import {
  historySchema,
  previewSchema,
  promoteSchema,
  releaseSchema,
  rollbackSchema,
  statusSchema,
  teardownSchema,
  unlockSchema,
  verifySchema,
} from "../../../src/results/schemas.ts";
import { canary, type Ended } from "../../support/fake-session.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { fakeProject, NAMESPACE, RELEASE } from "../../support/fakes.ts";
import { listenOnLoopback } from "../../support/loopback.ts";

let world: FakeWorld;
/** Options that make requests go to the world's edge. */
let measuring: string[];

beforeEach(async () => {
  world = new FakeWorld();
  const { url = "" } = await world.verification();
  measuring = ["--url", url, "--requests", "200", "--precision", "5", "--settle", "1s"];
});

afterEach(() => world.close());

const run = (...words: readonly string[]): Promise<Ended> => canary(world, ...words);

/** What `--json` printed, which has to be what its schema says: no key more and none less. */
function read<T extends z.ZodType>(schema: T, { stdout, stderr }: Ended): z.infer<T> {
  assert.notEqual(stdout, "", stderr);
  return schema.parse(JSON.parse(stdout));
}

describe("canary status", () => {
  it("says how to begin where nothing is live", async () => {
    const { exitCode, stdout } = await run("status");
    assert.equal(exitCode, 0);
    assert.match(stdout, /Nothing was released yet. Begin with: canary promote/);
    assert.equal(read(statusSchema, await run("status", "--json")).live, null);
  });

  it("shows the stage, the shares, the pods as a tree and what is next", async () => {
    await world.at("canary-25");
    const { stdout } = await run("status");
    assert.match(stdout, /^canary-25 is live with 1\.0\.0 → 1\.1\.0, not in its history$/m);
    assert.match(stdout, /canary +\S+ +25 % +25 % +not asked +not asked/);
    assert.match(stdout, /Deployment shop-new {2}1 pod\n {2}└─ ReplicaSet \S+ .*\n {5}└─ Pod \S+ +ready/);
    assert.match(stdout, /next: canary promote canary-75/);
    const { live } = read(statusSchema, await run("status", "--json"));
    assert.deepEqual(
      [live?.stage, live?.next, live?.shares.previous.intended],
      ["canary-25", "canary-75", 75],
    );
  });

  it("says where the record contradicts what runs, as a preview does, and who wrote it", async () => {
    await world.at("canary-25");
    const path = configMapPath(NAMESPACE, "shop-release");
    const found = world.api.objects.get(path) as unknown as { data: object };
    const data = { ...found.data, canary: "1.2.0", writtenBy: "mallory\u001b[2J@desk" };
    world.api.put(path, { ...found, data });
    const said = "the release record is of 1.0.0 and 1.2.0, but Deployment shop-new runs 1.1.0";
    const { stdout } = await run("status");
    assert.ok(stdout.includes(said), stdout);
    assert.match(stdout, /, by mallory@desk, not in its history$/m);
    const { live } = read(statusSchema, await run("status", "--json"));
    assert.equal(live?.contradictions.length, 2);
    assert.equal(live.writtenBy, "mallory\u001b[2J@desk");
    assert.ok((await run("preview", "canary-0")).stdout.includes(said));
    assert.equal(read(previewSchema, await run("preview", "canary-0", "--json")).contradictions.length, 2);
  });

  it("names the lock's holder", async () => {
    const place = { namespace: NAMESPACE, name: "shop-release" };
    const lock = await acquireLock(world.api, place, { holder: "bob@server:2", purpose: "rollback" });
    assert.match((await run("status")).stdout, /lock {4}bob@server:2 since .* \(rollback\)/);
    assert.equal(read(statusSchema, await run("status", "--json")).lock?.name, "bob@server:2");
    assert.equal((await run("unlock", "--holder", "alice")).exitCode, 3);
    assert.equal(
      read(unlockSchema, await run("unlock", "--holder", "bob@server:2", "--json")).broken.purpose,
      "rollback",
    );
    await lock.release().catch(() => undefined);
  });
});

describe("text from the cluster", () => {
  const holder = "bob\u001b[2J\nlock    free; $(id)\u202e";

  it("is printable in status, exact in JSON, and one quoted word where it is to be pasted", async () => {
    const place = { namespace: NAMESPACE, name: "shop-release" };
    const lock = await acquireLock(world.api, place, { holder, purpose: "rollback\u0007\nx" });
    const { stdout } = await run("status");
    assert.match(stdout, /^lock {4}bob lock {4}free; \$\(id\)\ufffd since .* \(rollback\ufffd x\)$/m);
    const json = await run("status", "--json");
    assert.equal(read(statusSchema, json).lock?.name, holder);
    assert.ok(!json.stdout.includes("\u001b") && !json.stdout.includes("\u202e"));
    const refused = await run("unlock", "--holder", "alice");
    assert.match(
      refused.stderr,
      /canary unlock --holder \$'bob\\U0000001b\[2J\\U0000000alock.*\\U0000202e'$/,
    );
    await lock.release();
  });
});

describe("text of the history and of objects", () => {
  const hostile = "bob\u001b[2J\u009b1m\u202e";

  it("is printable in a table, and exact in JSON", async () => {
    await world.at("canary-25");
    await appendHistory(world.api, NAMESPACE, "shop-history", {
      ...{ time: "2026-03-04T05:00:00.000Z", stage: "canary-25", move: "promotion", result: "failed" },
      ...{ who: hostile, reason: `no\u0007 ${hostile}`, release: RELEASE, override: hostile },
      ...{ effective: 25, measured: null, seconds: 8 },
    });
    const { stdout } = await run("history");
    assert.match(stdout, / bob\ufffd +promotion .* failed: no\ufffd bob\ufffd: overridden: bob\ufffd$/m);
    const json = await run("history", "--json");
    assert.equal(read(historySchema, json)[0]?.who, hostile);
    assert.doesNotMatch(json.stdout.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
  });

  it("is printable where it is Kubernetes' own reason", async () => {
    await world.at("canary-25");
    const path = deploymentPath(NAMESPACE, "shop-new");
    const found = (await world.api.get<{ status: object }>(path)) ?? assert.fail();
    const condition = { type: "Progressing", reason: "ProgressDeadlineExceeded", message: hostile };
    world.api.put(path, {
      ...found,
      status: { ...found.status, availableReplicas: 0, conditions: [condition] },
    });
    const { stdout } = await run("status");
    assert.match(stdout, /^Deployment shop-new {2}1 pod, \w+: bob\ufffd$/m);
  });
});

describe("canary status of what is not as it should be", () => {
  it("says how to go on with a move that did not end", async () => {
    await world.at("canary-25");
    world.halfway = () => Promise.reject(new UserError("stopped", "Again."));
    await run("promote", "--yes", "--no-verify");
    const { stdout } = await run("status");
    assert.match(stdout, /Go on with: canary promote canary-75\. Go back with: canary rollback\./);
  });

  it("says what is missing, and how to mend it", async () => {
    await world.at("canary-25");
    world.api.objects.delete(deploymentPath(NAMESPACE, "shop-new"));
    const { stdout } = await run("status");
    assert.match(stdout, /^Deployment shop-new {2}is not there$/m);
    assert.match(
      stdout,
      /^The cluster is not what canary-25 asks for\. Mend it with: canary promote canary-25$/m,
    );
  });
});

describe("canary release", () => {
  const DIGEST = `sha256:${"a1".repeat(32)}`;

  /** The command in a project of its own, whose image is in that registry. @returns its Pulumi.yaml after it */
  async function released(registry: string, ...words: readonly string[]) {
    const folder = await mkdtemp(join(tmpdir(), "canary-release-"));
    const file = join(folder, "Pulumi.yaml");
    const project = fakeProject();
    const app = { ...project.config.app, image: `${registry}/shop` };
    const { router, namespace, lifecycle } = project.config;
    const rest = { app: { value: app }, router, namespace, lifecycle };
    const release = '  release: { value: { previous: "0.9.0", canary: "1.0.0" } } # a note';
    try {
      await writeFile(file, `config:\n${release}\n${stringify({ rest }).split("\n").slice(1).join("\n")}`);
      const ended = await canary(
        new FakeWorld({ ...project, config: { ...project.config, app }, directory: folder }),
        ...["release", "1.2.0", "--json", ...words],
      );
      assert.equal(ended.exitCode, 0, ended.stderr);
      return { ...ended, json: read(releaseSchema, ended), text: await readFile(file, "utf8") };
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it("writes the next release into Pulumi.yaml, and says what it could not check", async () => {
    // Nobody listens there.
    const { stderr, json, text } = await released("127.0.0.1:9");
    assert.match(stderr, /Not checked whether image 127\.0\.0\.1:9\/shop:1\.2\.0 exists/);
    assert.deepEqual([json.after, json.imageFound], [{ previous: "1.0.0", canary: "1.2.0" }, null]);
    assert.match(json.commit, /^git commit -m "Release shop 1\.2\.0" Pulumi\.yaml$/);
    assert.match(text, /previous: "1\.0\.0", canary: "1\.2\.0" \} \} # a note/);
  });

  it("writes the digest that the registry has for the tag, unless the tag is to stay", async () => {
    const registry = await listenOnLoopback(
      createServer((_request, response) => {
        response.writeHead(200, { "Docker-Content-Digest": DIGEST }).end();
      }),
    );
    const host = `127.0.0.1:${registry.port}`;
    const versionsIn = (text: string) => parse(text).config.versions?.value;
    try {
      const pinned = await released(host);
      assert.deepEqual(versionsIn(pinned.text), { "1.2.0": { image: DIGEST } });
      assert.equal(pinned.json.image, `${host}/shop@${DIGEST}`);
      assert.match(pinned.stderr, new RegExp(`shop:1\\.2\\.0 is ${DIGEST}, which is written`));
      const set = await released(host, "--image", "1.2.0", "--set", "env.A=b");
      assert.deepEqual(versionsIn(set.text), { "1.2.0": { image: DIGEST, env: { A: "b" } } });
      const kept = await released(host, "--keep-tag");
      assert.equal(versionsIn(kept.text), undefined);
      assert.deepEqual([kept.json.image, kept.json.imageFound], [`${host}/shop:1.2.0`, true]);
    } finally {
      await registry.close();
    }
  });

  it("is refused in the middle of another", async () => {
    await world.at("canary-25");
    const { exitCode, stderr } = await run("release", "1.2.0");
    assert.equal(exitCode, 3);
    assert.match(stderr, /release 1\.0\.0 → 1\.1\.0 is under way, at canary-25\n.*add --abandon/);
  });
});

describe("canary promote --help", () => {
  it("says what holds without an option", async () => {
    const { stdout } = await run("promote", "--help");
    assert.match(
      stdout.replace(/\s+/g, " "),
      /--soak <time> with --to: leaves each stage .* \(default: none\)/,
    );
  });
});

describe("canary preview", () => {
  it("shows the next stage in numbers, and tells by its exit code only when asked", async () => {
    await world.at("canary-25");
    const { exitCode, stdout } = await run("preview");
    assert.equal(exitCode, 0);
    assert.match(stdout, /^canary-75 {2}promotion of shop/);
    assert.match(stdout, /canary .* 25 → 75 +25 % → 75 % +25 % → 75 %/);
    assert.match(stdout, /share of the canary during the move: 25 % to /);
    const told = await run("preview", "--exit-code", "--json");
    assert.equal(told.exitCode, 10);
    assert.equal(read(previewSchema, told).move, "promotion");
  });

  it("lists what changes in a version that is live, where somebody said why it may", async () => {
    const { app } = world.project.config;
    const recorded = (env: Readonly<Record<string, string>>) =>
      toRecord({ image: "1.0.0", app: { ...app, env } }, [], undefined);
    await world.at("canary-25");
    const live = (await world.liveRecord()) ?? assert.fail();
    const versions = { previous: recorded({ LEVEL: "info" }), canary: recorded({}) };
    world.api.put(configMapPath(NAMESPACE, "shop-release"), {
      metadata: { name: "shop-release" },
      data: toData({ ...live, versions: { ...versions, canary: { ...versions.canary, image: "1.1.0" } } }),
    });
    const refused = await run("preview", "canary-75");
    assert.equal(refused.exitCode, 3);
    assert.match(
      refused.stderr,
      /version 1\.0\.0 is live, and would be changed:\n {2}env\.LEVEL {2}info → none/,
    );
    const { stage } = world.project;
    const overridden = async (name: string) => ({ ...(await stage(name)), lifecycleOverride: "INC-42" });
    world.project = { ...world.project, stage: overridden };
    const { stdout } = await run("preview", "canary-75");
    assert.match(
      stdout,
      / {2}lifecycle overridden: INC-42\n {2}version 1\.0\.0 is live, and would be changed:\n {4}env\.LEVEL {2}info → none\n/,
    );
    const told = read(previewSchema, await run("preview", "canary-75", "--json"));
    assert.deepEqual(told.liveChanges, [
      { version: "1.0.0", changes: [{ path: "env.LEVEL", change: "removed", from: "info", to: null }] },
    ]);
  });

  it("refuses what the lifecycle refuses", async () => {
    await world.at("canary-25");
    const { exitCode, stderr } = await run("preview", "canary-100");
    assert.equal(exitCode, 3);
    assert.match(stderr, /has not been at canary-75 yet/);
  });

  it("has nothing to show at the end of a release", async () => {
    await world.at("canary-25", "canary-75", "canary-100");
    const { exitCode, stderr } = await run("preview");
    assert.equal(exitCode, 3);
    assert.match(stderr, /canary-100 is the last stage.*\n.*canary release VERSION/);
  });
});

describe("canary promote", () => {
  it("asks nobody where nobody is, and changes nothing", async () => {
    const { exitCode, stderr } = await run("promote");
    assert.equal(exitCode, 2);
    assert.match(stderr, /no terminal to ask on/);
    assert.deepEqual(world.engine, []);
  });

  it("goes to the next stage, and shows beforehand what it changes", async () => {
    await world.at("canary-25");
    const promoted = await run("promote", "--yes", "--json", ...measuring);
    assert.equal(promoted.exitCode, 0, promoted.stderr);
    assert.match(promoted.stderr, /canary-75 {2}promotion of shop/);
    const [move] = read(promoteSchema, promoted);
    assert.deepEqual([move?.stage, move?.applied, move?.verification?.fits], ["canary-75", true, true]);
    assert.equal(await world.liveStage(), "canary-75");
  });

  it("goes through every stage up to one", async () => {
    await world.at("canary-25");
    const words = ["promote", "--to", "canary-100", "--soak", "0s", "--yes"];
    const moves = read(promoteSchema, await run(...words, "--json", ...measuring));
    assert.deepEqual(
      moves.map(({ stage }) => stage),
      ["canary-75", "canary-100"],
    );
    assert.equal((await run("promote", "canary-75", "--to", "canary-100", "--yes")).exitCode, 2);
  });

  it("can be typed once more with --to where a killed command had come to the end", async () => {
    await world.at("canary-25", "canary-75", "canary-100");
    const again = await run("promote", "--to", "canary-100", "--yes", "--json", ...measuring);
    assert.equal(again.exitCode, 0, again.stderr);
    assert.deepEqual(
      read(promoteSchema, again).map(({ stage, move }) => [stage, move]),
      [["canary-100", "reapply"]],
    );
  });

  it("takes no --soak without --to", async () => {
    await world.at("canary-25");
    const { exitCode, stderr } = await run("promote", "--soak", "1m", "--yes");
    assert.equal(exitCode, 2);
    assert.match(stderr, /Add --to STAGE, or leave --soak out\./);
    assert.equal(await world.liveStage(), "canary-25");
  });

  it("has no stage ahead behind it", async () => {
    await world.at("canary-25", "canary-75");
    const { exitCode, stderr } = await run("promote", "--to", "canary-25", "--yes");
    assert.equal(exitCode, 2);
    assert.match(stderr, /no stage ahead: the next one is canary-100/);
  });

  it("ends with 4 when the share does not fit, and may go back by itself", async () => {
    await world.at("canary-25");
    const nowhere = ["--url", "http://127.0.0.1:9", "--requests", "20", "--settle", "0s"];
    const unfit = await run("promote", "--yes", "--rollback-on-failure", "--json", ...nowhere);
    assert.equal(unfit.exitCode, 4, unfit.stderr);
    assert.equal(read(promoteSchema, unfit)[0]?.rolledBack?.stage, "canary-25");
    assert.equal(await world.liveStage(), "canary-25");
  });
});

describe("canary promote that ends half way", () => {
  const unattended = ["promote", "--yes", "--rollback-on-failure", "--no-verify"];

  /** The same cluster, with a release in Pulumi.yaml that continues the live one. */
  function nextRelease(): void {
    const { objects } = world.api;
    world.close();
    world = new FakeWorld(fakeProject({ previous: "1.1.0", canary: "1.2.0" }));
    for (const [path, object] of objects) world.api.put(path, object);
  }
  const failHalfway = () => {
    world.halfway = async (stage) => {
      if (stage === "canary-25") throw new UserError("no quota", "Ask for more.");
    };
  };

  it("takes the canary out at the first stage of a new release, which has no stage to go back to", async () => {
    await world.at("canary-25", "canary-75", "canary-100");
    nextRelease();
    failHalfway();
    const { exitCode, stderr } = await run(...unattended);
    assert.equal(exitCode, 1, stderr);
    assert.match(stderr, /^canary-25 failed and was rolled back: no quota$/m);
    assert.match(stderr, /By the release record, canary-100 is live, but not all of it:/);
    const { live } = read(statusSchema, await run("status", "--json"));
    assert.deepEqual([live?.stage, live?.liveVersion, live?.deviations], ["canary-0", "1.1.0", []]);
  });

  it("is a failure, and no refusal, where nothing was released before", async () => {
    failHalfway();
    const { exitCode, stderr } = await run(...unattended);
    assert.equal(exitCode, 1, stderr);
    assert.match(stderr, /No way back: nothing was released to this cluster yet/);
  });

  it("ends with 4 at the first stage of a new release that does not fit: the canary is taken out", async () => {
    await world.at("canary-25", "canary-75", "canary-100");
    nextRelease();
    const nowhere = ["--url", "http://127.0.0.1:9", "--requests", "20", "--settle", "0s"];
    const unfit = await run("promote", "--yes", "--rollback-on-failure", "--json", ...nowhere);
    assert.equal(unfit.exitCode, 4, unfit.stderr);
    const [move] = read(promoteSchema, unfit);
    assert.deepEqual([move?.stage, move?.applied, move?.rolledBack?.stage], ["canary-25", true, "canary-0"]);
    assert.equal(await world.liveStage(), "canary-0");
  });

  it("prints the stages that were done before one failed", async () => {
    await world.at("canary-25");
    world.broken = "canary-100";
    const words = ["promote", "--to", "canary-100", "--yes", "--no-verify"];
    const failed = await run(...words, "--json");
    assert.equal(failed.exitCode, 1, failed.stderr);
    assert.match(failed.stderr, /it made no progress/);
    assert.deepEqual(
      read(promoteSchema, failed).map(({ stage, applied }) => [stage, applied]),
      [["canary-75", true]],
    );
  });

  it("prints nothing but the error where the first stage fails", async () => {
    await world.at("canary-25");
    world.broken = "canary-75";
    const failed = await run("promote", "--yes", "--no-verify", "--json");
    assert.equal(failed.exitCode, 1, failed.stderr);
    assert.equal(failed.stdout, "");
  });
});

describe("canary abort", () => {
  it("takes the canary out, says so in the status and the history, and lets the release begin again", async () => {
    await world.at("canary-25", "canary-75");
    const out = await run("abort", "--yes", "--reason", "errors doubled", "--json", "--no-verify");
    assert.equal(out.exitCode, 0, out.stderr);
    const { stage, move } = read(rollbackSchema, out);
    assert.deepEqual([stage, move], ["canary-0", "abort"]);
    const { live, stages } = read(statusSchema, await run("status", "--json"));
    assert.equal(live?.aborted?.reason, "errors doubled");
    assert.deepEqual([live?.reached, live?.next, stages[0]?.name], [[], "canary-25", "canary-0"]);
    const { stdout } = await run("status");
    assert.match(stdout, /^the canary was taken out by .+: errors doubled$/m);
    assert.match((await run("history")).stdout, /abort +canary-0 .*done: errors doubled/);
    const again = await run("promote", "--yes", "--no-verify");
    assert.equal(again.exitCode, 0, again.stderr);
    assert.equal(await world.liveStage(), "canary-25");
  });

  it("needs to be told so, where nobody can be asked", async () => {
    await world.at("canary-25");
    const { exitCode, stderr } = await run("abort");
    assert.equal(exitCode, 2);
    assert.match(stderr, /Add --yes/);
    assert.deepEqual(world.engine, []);
  });
});

describe("canary rollback, verify and history", () => {
  it("goes back to the stage before, and remembers it", async () => {
    await world.at("canary-25");
    await run("promote", "--yes", "--no-verify");
    const back = await run("rollback", "--yes", "--json", ...measuring);
    assert.equal(back.exitCode, 0, back.stderr);
    assert.equal(read(rollbackSchema, back).stage, "canary-25");
    const moves = read(historySchema, await run("history", "--json"));
    assert.deepEqual(
      moves.map(({ stage, move }) => `${move} ${stage}`),
      ["rollback canary-25", "promotion canary-75"],
    );
    assert.match((await run("history")).stdout, /^when .*\n.*rollback +canary-25/);
  });

  it("needs to be told so, where nobody can be asked", async () => {
    assert.equal((await run("rollback")).exitCode, 2);
  });

  it("says what does not fit, and ends with 4", async () => {
    await world.at("canary-25");
    const verified = await run("verify", "--json", ...measuring);
    assert.equal(verified.exitCode, 0, verified.stderr);
    assert.equal(read(verifySchema, verified).shares.canary.measured, 25);
    world.share = 60;
    const unfit = await run("verify", ...measuring);
    assert.equal(unfit.exitCode, 4);
    assert.match(unfit.stdout, /DOES NOT FIT\n.*measured at .*does not fit 25 %/);
    assert.equal((await run("verify", "--version-pattern", "(")).exitCode, 2);
  });

  it("has nothing to measure where nothing is live", async () => {
    assert.equal((await run("verify")).exitCode, 3);
    assert.match((await run("history")).stdout, /No move was made yet/);
  });
});

describe("canary teardown", () => {
  it("says what will be gone, and does it for the right name alone", async () => {
    await world.found();
    await world.at("canary-25", "canary-75");
    const wrong = await run("teardown", "--confirm", "shop/other");
    assert.equal(wrong.exitCode, 2);
    assert.match(
      wrong.stderr,
      /in this order:\n {2}canary-25: deletes nothing.*\n {2}canary-75: DELETES Deployment shop-new\n {2}foundation: DELETES Namespace web\n/,
    );
    assert.equal((await run("teardown")).exitCode, 2);
    const down = await run("teardown", "--confirm", `shop/${NAMESPACE}`, "--json");
    assert.deepEqual(read(teardownSchema, down).destroyed, ["canary-25", "canary-75", "foundation"]);
  });
});
