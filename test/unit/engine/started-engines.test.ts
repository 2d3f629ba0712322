import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, it } from "mocha";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { noteStartedEngines } from "../../../src/engine/automation/noting-engines.ts";
import { recovering } from "../../../src/engine/recovery.ts";
import { type Stack, StackBusy } from "../../../src/engine/stacks.ts";
import { enginesFolder, holderCondition, noteEngine } from "../../../src/engine/started-engines.ts";
import { bootId, pidNamespace } from "../../../src/process/procfs.ts";
import { recorder } from "../../support/fakes.ts";

const IDLE = ["--eval", "setInterval(() => undefined, 1000)"];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "started-engines-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const now = () => new Date().toISOString();
const holder = (pid: number, since = now()) => ({ user: "root", host: hostname(), pid, since });

/** Starts a process and notes it as an engine. */
function startNoted() {
  const engine = execa(process.execPath, IDLE, { reject: false });
  const pid = engine.pid ?? assert.fail();
  const forget = noteEngine(pid, folder);
  const kill = async () => {
    engine.kill("SIGKILL");
    await engine;
  };
  return { pid, forget, kill };
}

describe("the holder of a stack's lock", () => {
  it("has ended, where it is an engine that was started here and was killed", async () => {
    const { pid, kill } = startNoted();
    assert.equal(holderCondition(holder(pid), folder), "unknown", "it runs");
    await kill();
    assert.equal(holderCondition(holder(pid), folder), "ended");
  });

  it("may be alive in another container of this host name, where this machine did not start it", async () => {
    const engine = execa(process.execPath, IDLE, { reject: false });
    const pid = engine.pid ?? assert.fail();
    engine.kill("SIGKILL");
    await engine;
    assert.equal(holderCondition(holder(pid), folder), "not seen here");
  });

  it("may be alive, where the note of the same process id is of another boot or namespace of processes", async () => {
    const { pid, kill } = startNoted();
    await kill();
    const [file = ""] = readdirSync(folder);
    assert.equal(file, `${bootId()}-${pidNamespace()}-${pid}.json`);
    const content = JSON.stringify({ pid, startTime: "1", began: now() });
    for (const elsewhere of [`${bootId()}-4026530000-${pid}`, `0000-${pidNamespace()}-${pid}`]) {
      rmSync(join(folder, readdirSync(folder)[0] ?? ""));
      writeFileSync(join(folder, `${elsewhere}.json`), content);
      assert.equal(holderCondition(holder(pid), folder), "not seen here");
    }
  });

  it("may be alive, where it locked long after the noted engine began, or before", async () => {
    const { pid, kill } = startNoted();
    await kill();
    for (const seconds of [-5, 60]) {
      const since = new Date(Date.now() + seconds * 1000).toISOString();
      assert.equal(holderCondition(holder(pid, since), folder), "not seen here");
    }
  });

  it("is unknown on another host, and where another process has its id by now", () => {
    assert.equal(holderCondition({ ...holder(process.pid), host: "elsewhere" }, folder), "unknown");
    assert.equal(holderCondition(holder(process.pid), folder), "unknown");
  });

  it("has ended, where another process than the noted one has its id by now", () => {
    noteEngine(process.pid, folder);
    const [file = ""] = readdirSync(folder);
    writeFileSync(join(folder, file), JSON.stringify({ pid: process.pid, startTime: "1", began: now() }));
    assert.equal(holderCondition(holder(process.pid), folder), "ended");
  });

  it("is not known any more once its note is taken back, or is no JSON", async () => {
    const { pid, forget, kill } = startNoted();
    await kill();
    writeFileSync(join(folder, readdirSync(folder)[0] ?? ""), "{");
    assert.equal(holderCondition(holder(pid), folder), "not seen here");
    forget();
    assert.deepEqual(readdirSync(folder), []);
  });

  it("is not noted where there is nowhere to write, and nothing fails for that", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    noteEngine(process.pid, join(file, "engines"))();
    assert.equal(existsSync(join(file, "engines")), false);
  });
});

describe("the Pulumi CLI's processes", () => {
  let before: string | undefined;
  beforeEach(() => {
    before = process.env.XDG_STATE_HOME;
    process.env.XDG_STATE_HOME = folder;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.XDG_STATE_HOME;
    else process.env.XDG_STATE_HOME = before;
  });
  const noted = () => (existsSync(enginesFolder()) ? readdirSync(enginesFolder()) : []);

  it("are noted while they run and after they were killed, and not after they ended by themselves", async () => {
    noteStartedEngines();
    const pulumi = join(folder, "pulumi");
    symlinkSync(process.execPath, pulumi);
    const engine = execa(pulumi, IDLE, { reject: false });
    await once(engine, "spawn");
    assert.deepEqual(noted(), [`${bootId()}-${pidNamespace()}-${engine.pid}.json`]);
    engine.kill("SIGKILL");
    await engine;
    assert.equal(noted().length, 1);
    await execa(pulumi, ["--eval", ""]);
    await execa(process.execPath, ["--eval", ""]);
    assert.equal(noted().length, 1);
  });
});

describe("the stage stacks", function () {
  this.timeout(30_000);

  it("have the processes of the CLI noted that they start", async () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "pulumi"), "#!/bin/sh\nkill -KILL $$\n", { mode: 0o755 });
    const program = `
      const { pulumiStacks } = await import("./src/engine/automation/stacks.ts");
      pulumiStacks({ directory: ".", program: async () => ({}), secretsProvider: async () => undefined });`;
    await execa(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: PROJECT_ROOT,
      env: { PATH: bin, XDG_STATE_HOME: folder },
    });
    assert.equal(readdirSync(join(folder, "canary-stages", "engines")).length, 1);
  });
});

describe("an operation on a stack that is locked", () => {
  const locked = (condition: "ended" | "not seen here" | "unknown") => {
    const calls: string[] = [];
    const stack = { name: "canary-75", cancel: async () => calls.push("cancel") } as unknown as Stack;
    const operation = async () => {
      if (!calls.includes("cancel")) throw new StackBusy("canary-75", [{ ...holder(4711), condition }]);
      return "done";
    };
    return recovering(stack, recorder(), operation);
  };

  it("goes on over the lock of an engine that has ended", async () => {
    assert.equal(await locked("ended"), "done");
  });

  it("is refused over any other lock, and says why one of this host is not removed", async () => {
    await assert.rejects(locked("unknown"), StackBusy);
    await assert.rejects(locked("not seen here"), (error: unknown) => {
      assert.ok(error instanceof StackBusy);
      assert.match(
        error.hint,
        /^No process 4711 runs here, but .* another container of this name may have it\./,
      );
      assert.match(error.hint, /pulumi cancel --stack canary-75$/);
      return true;
    });
  });
});
