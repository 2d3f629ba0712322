import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { pidNamespace, startTimeOf } from "../../../src/process/procfs.ts";
import { abandonedFolders, makeScratchFolder, scratchFolder } from "../../../src/process/scratch.ts";

/** Makes a folder in a process of its own and is killed while it has it. */
async function folderOfKilled(purpose: string): Promise<string> {
  const program = `
    import { scratchFolder } from "./src/process/scratch.ts";
    console.log(await scratchFolder(${JSON.stringify(purpose)}));
    setInterval(() => undefined, 1000);`;
  const running = execa(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: PROJECT_ROOT,
    reject: false,
  });
  const [folder] = await once(running.stdout.setEncoding("utf8"), "data");
  running.kill("SIGKILL");
  assert.equal((await running).signal, "SIGKILL");
  return String(folder).trim();
}

describe("a scratch folder", () => {
  let temporary = "";
  let before: string | undefined;

  beforeEach(() => {
    before = process.env.TMPDIR;
    temporary = mkdtempSync(join(tmpdir(), "scratch-test-"));
    process.env.TMPDIR = temporary;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(temporary, { recursive: true });
  });

  it("is its maker's alone, and says whose it is", async () => {
    const folder = await scratchFolder("canary-plan");
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    const whose = `canary-plan-${process.pid}-${startTimeOf(process.pid)}-${pidNamespace()}-`;
    assert.ok(basename(folder).startsWith(whose), folder);
  });

  it("stays as long as its process runs", async () => {
    const mine = await scratchFolder("canary-plan");
    const next = await scratchFolder("canary-plan");
    assert.notEqual(next, mine);
    assert.ok(existsSync(mine));
  });

  it("is removed by the next of its purpose when its process was killed", async () => {
    const left = await folderOfKilled("canary-plan");
    writeFileSync(join(left, "plan.json"), "{}");
    await scratchFolder("canary-stages-image");
    assert.ok(existsSync(left), "another purpose leaves it alone");
    await scratchFolder("canary-plan");
    assert.ok(!existsSync(left));
  });

  it("of a killed process is found by whoever has more to do than to remove it", async () => {
    const left = await folderOfKilled("canary-e2e");
    assert.deepEqual(await abandonedFolders("canary-e2e"), [left]);
    assert.deepEqual(await abandonedFolders("canary"), []);
    await makeScratchFolder("canary-e2e");
    assert.ok(existsSync(left));
  });

  it("is left alone where nobody can tell whose it is", async () => {
    const ended = "4194305-1";
    const names = [
      `canary-plan-${ended}-1-abcdef`, // of another namespace of processes
      `canary-plan-${ended}-${pidNamespace()}`,
      "canary-plan-abcdef",
    ];
    for (const name of names) mkdirSync(join(temporary, name));
    symlinkSync(temporary, join(temporary, `canary-plan-${ended}-${pidNamespace()}-abcdef`));
    assert.deepEqual(await abandonedFolders("canary-plan"), []);
  });

  it("is left alone when it is another user's", async function () {
    if (process.getuid?.() !== 0) this.skip();
    const left = await folderOfKilled("canary-plan");
    await execa("chown", ["65534", left]);
    assert.deepEqual(await abandonedFolders("canary-plan"), []);
  });

  it("without a start time, as on a system without /proc, counts by its process id", async () => {
    const name = (pid: number) => join(temporary, `canary-plan-${pid}-0-${pidNamespace()}-abcdef`);
    const mine = name(process.pid);
    const gone = name(4194305);
    for (const folder of [mine, gone]) mkdirSync(folder);
    assert.deepEqual(await abandonedFolders("canary-plan"), [gone]);
  });
});
