import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { findProcess, forget, readLedger } from "../../../../local/process/ledger.ts";
import { isAlive, kill, signal, start, stop } from "../../../../local/process/processes.ts";
import { hasEnded, parseStat, startTimeOf } from "../../../../local/process/procfs.ts";
import { quoted } from "../../../../local/process/shell.ts";
import { isRunning } from "../../../../src/process/procfs.ts";
import { until } from "../../../support/until.ts";

describe("ledger of processes", () => {
  let stateDir = "";
  let log = "";
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), "processes-"));
    log = join(stateDir, "logs", "one.log");
  });
  afterEach(async () => {
    for (const entry of readLedger(stateDir)) await kill(entry);
    rmSync(stateDir, { recursive: true });
  });

  it("is empty at first", () => {
    assert.deepEqual(readLedger(stateDir), []);
    assert.equal(findProcess(stateDir, "one"), undefined);
  });

  it("records a process before its command runs, and forgets it when it is stopped", async () => {
    const ledger = join(stateDir, "processes.json");
    const entry = await start(stateDir, "one", ["sh", "-c", `cat ${quoted(ledger)}; exec sleep 60`], { log });
    assert.deepEqual(findProcess(stateDir, "one"), entry);
    await until(() => existsSync(log) && readFileSync(log, "utf8").includes("]"), {
      timeoutMs: 5000,
    });
    assert.match(readFileSync(log, "utf8"), new RegExp(`"pid": ${entry.pid}`));
    await stop(stateDir, entry);
    assert.equal(isAlive(entry), false);
    assert.deepEqual(readLedger(stateDir), []);
  });

  it("lets others read what a process makes, whatever the umask of whoever starts it", async () => {
    const before = process.umask(0o077);
    try {
      const file = join(stateDir, "made");
      await start(stateDir, "one", ["sh", "-c", `: >${quoted(file)}; exec sleep 60`], { log });
      await until(() => existsSync(file), { timeoutMs: 5000 });
      assert.equal(statSync(file).mode & 0o777, 0o644);
    } finally {
      process.umask(before);
    }
  });

  it("does not run what it could not record", async () => {
    const trace = join(stateDir, "ran");
    const wrapper = ["sh", "-c", 'echo early exit; exit 3; "$@"', "sh"];
    await assert.rejects(start(stateDir, "one", ["touch", trace], { log, wrapper }), /one did not start/);
    assert.deepEqual(readLedger(stateDir), []);
    assert.equal(existsSync(trace), false);
  });

  it("records the process that a wrapper forks", async () => {
    const wrapper = ["unshare", "--fork", "--kill-child"];
    const entry = await start(stateDir, "one", ["sleep", "60"], { log, wrapper });
    await until(() => readFileSync(`/proc/${entry.pid}/cmdline`, "utf8").startsWith("sleep\0"), {
      timeoutMs: 5000,
    });
  });

  it("refuses a second process of a name, until the first has ended", async () => {
    const first = await start(stateDir, "one", ["sleep", "60"], { log });
    await assert.rejects(start(stateDir, "one", ["sleep", "60"], { log }), /one runs already/);
    await kill(first);
    const second = await start(stateDir, "one", ["sleep", "60"], { log });
    assert.deepEqual(readLedger(stateDir), [second]);
  });

  it("ends by SIGKILL what does not end by SIGTERM", async () => {
    const stubborn = ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 60; done"];
    const entry = await start(stateDir, "one", stubborn, { log });
    await until(() => readFileSync(log, "utf8").includes("ready"), { timeoutMs: 5000 });
    await stop(stateDir, entry, 100);
    assert.equal(isAlive(entry), false);
  });

  it("never takes another process with the same number for its own", async () => {
    const entry = await start(stateDir, "one", ["sleep", "60"], { log });
    const stranger = { ...entry, startTime: String(Number(entry.startTime) + 1) };
    assert.equal(isAlive(stranger), false);
    signal(stranger, "SIGKILL");
    await kill(stranger);
    await stop(stateDir, stranger);
    assert.equal(isAlive(entry), true);
    forget(stateDir, stranger);
    assert.deepEqual(readLedger(stateDir), [entry]);
  });

  it("keeps all of several that are started at once", async () => {
    const names = ["a", "b", "c", "d"];
    await Promise.all(names.map((name) => start(stateDir, name, ["sleep", "60"], { log })));
    const recorded = readLedger(stateDir).map(({ name }) => name);
    assert.deepEqual(recorded.sort(), names);
  });
});

describe("/proc/PID/stat", () => {
  it("is read past a command name with blanks and parentheses", () => {
    const rest = Array.from({ length: 50 }, (_, index) => index + 3);
    rest[0] = 0;
    const line = `42 (a) b (c)) S ${rest.slice(1).join(" ")}`;
    assert.deepEqual(parseStat(line), { state: "S", threads: 20, startTime: "22" });
  });

  it("tells that a process has ended once its last thread has, not its first", () => {
    assert.equal(hasEnded({ state: "S", threads: 1, startTime: "1" }), false);
    assert.equal(hasEnded({ state: "Z", threads: 8, startTime: "1" }), false);
    assert.equal(hasEnded({ state: "Z", threads: 1, startTime: "1" }), true);
  });

  it("shows no process running that is a zombie, which its parent has not asked how it ended", async () => {
    // The shell starts a child, names it, and becomes a program that waits for nobody.
    const parent = execa("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"]);
    const [line] = await once(parent.stdout, "data");
    const pid = Number(line);
    assert.equal(isRunning(pid), true);
    process.kill(pid, "SIGKILL");
    await until(() => !isRunning(pid));
    assert.notEqual(startTimeOf(pid), undefined);
    parent.kill("SIGKILL");
    await assert.rejects(parent);
  });

  it("gives this process a start time, and none to a number without a process", () => {
    assert.match(startTimeOf(process.pid) ?? "", /^\d+$/);
    assert.equal(startTimeOf(2 ** 22 + 1), undefined);
  });
});
