import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Screen } from "../../../demo/recording/screen.ts";
import { recordCommand } from "../../../demo/recording/terminal.ts";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { createProgress, silentProgress } from "../../../local/process/progress.ts";
import { observerOn } from "../../../src/cli/print/progress.ts";
import { Terminal } from "../../../src/cli/terminal.ts";
import { UserError } from "../../../src/errors.ts";

const COLOUR = "\u001b[3";

function stream() {
  const written: string[] = [];
  return { write: (text: string) => written.push(text), text: () => written.join("") };
}

describe("progress where nobody looks", () => {
  it("is a line for each phase, with its time, failed or not", async () => {
    const out = stream();
    const observer = observerOn(out);
    const made = observer.phase("apply", async (note) => {
      note("half");
      observer.say("a word");
      return 1;
    });
    assert.equal(await made, 1);
    const failing = observer.phase("measure", () => Promise.reject(new UserError("no", "")));
    await assert.rejects(failing, /no/);
    assert.match(out.text(), /^a word\napply \(0\.\d s\)\nmeasure failed \(0\.\d s\)\n$/);
  });

  it("says every 15 seconds what lasts, and what it is at", async () => {
    const { setInterval: real } = globalThis;
    const reminders: { remind: () => void; ms: number }[] = [];
    globalThis.setInterval = ((remind: () => void, ms: number) => {
      reminders.push({ remind, ms });
      return real(() => undefined, 1_000_000).unref();
    }) as typeof setInterval;
    const out = stream();
    const { phase } = await new Terminal({ json: false, color: true, stderr: out }).observer();
    try {
      await phase("apply", async (note) => {
        reminders[0]?.remind();
        note("ha\u001b[2Jlf\n");
        reminders[0]?.remind();
      });
    } finally {
      globalThis.setInterval = real;
    }
    assert.deepEqual(
      reminders.map(({ ms }) => ms),
      [15_000],
    );
    assert.match(out.text(), /^apply … 0\.\d s\napply … 0\.\d s, half\napply \(0\.\d s\)\n$/);
  });

  it("is the same in the local environment, or silent", async () => {
    const out = stream();
    assert.equal(await createProgress(out).step("Building", async () => 7), 7);
    assert.match(out.text(), /^Building \(0\.\d s\)\n$/);
    assert.equal(await silentProgress.step("Building", async () => 7), 7);
  });
});

describe("progress on a terminal", function () {
  this.timeout(30_000);

  /** What a program with an `observer` writes to a terminal of its own, in all, and what then stands there. */
  async function shown(body: string, setting = "", redirected = "") {
    const program = `
      import { setTimeout } from "node:timers/promises";
      import { observerOn } from "./src/cli/print/progress.ts";
      const observer = observerOn(process.stderr);
      ${body}`;
    const node = `"${process.execPath}" --input-type=module --eval "$PROGRAM" ${redirected}`;
    const chunks = await recordCommand({
      command: `env -u NO_COLOR -u FORCE_COLOR -u CI ${setting} ${node}`,
      cwd: PROJECT_ROOT,
      environment: { PROGRAM: program },
      columns: 80,
      rows: 24,
    });
    const all = chunks.map(({ text }) => text).join("");
    const screen = new Screen(80);
    screen.write(all);
    return { all, left: screen.lines().map((line) => line.map(({ text }) => text).join("")) };
  }

  it("shows title and note while it lasts, and leaves a mark with the time", async () => {
    const { all, left } = await shown(`
      await observer.phase("building", async (note) => { note("half"); await setTimeout(300); });`);
    assert.match(all, /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]\S* building/);
    assert.match(all, /› half/);
    assert.match(left.join(), /^✔ building \[0\.\ds\]$/);
    assert.ok(all.includes(COLOUR));
  });

  it("asks nothing that a terminal would act on", async () => {
    const { all } = await shown(`
      const { Terminal } = await import("./src/cli/terminal.ts");
      const terminal = new Terminal({ json: false, color: true });
      await terminal.ask("Go\\u001b[2J on?", AbortSignal.timeout(300)).catch(() => undefined);`);
    assert.match(all, /Go on\?/);
    assert.ok(!all.includes("\u001b[2J"), JSON.stringify(all));
  });

  it("has no colour with NO_COLOR", async () => {
    const body = `await observer.phase("building", () => setTimeout(200));`;
    const { all, left } = await shown(body, "NO_COLOR=1");
    assert.match(left.join(), /^✔ building/);
    assert.ok(!all.includes(COLOUR));
  });

  it("says that a phase failed, and fails", async () => {
    const { left } = await shown(`
      const failing = observer.phase("building", async () => { await setTimeout(200); throw new Error("no"); });
      observer.say(await failing.catch(({ message }) => "it says " + message));`);
    assert.deepEqual(left, ["✖ building", "it says no"]);
  });

  it("shows phases side by side and within each other, with what is said meanwhile above them", async () => {
    const { left } = await shown(`
      const outer = observer.phase("outer", async () => {
        await observer.phase("inner", () => setTimeout(200));
        observer.say("in between");
        await observer.phase("failing", async () => { throw new Error("no"); }).catch(() => undefined);
        await setTimeout(200);
        return 7;
      });
      const beside = observer.phase("beside", () => setTimeout(250));
      await Promise.all([outer, beside]);
      await observer.phase("after", async () => undefined);
      observer.say("last");`);
    const untimed = left.map((text) => text.replace(/ \[.*\]$/, ""));
    assert.deepEqual(untimed, [
      "in between",
      "✔ outer",
      "✔ beside",
      "✔ inner",
      "✖ failing",
      "✔ after",
      "last",
    ]);
  });

  it("keeps what others write meanwhile, also when the process is ended in the middle", async () => {
    const { left } = await shown(`
      void observer.phase("building", async () => { await setTimeout(200); console.error("why"); process.exit(0); });`);
    assert.equal(left.at(-1), "why");
  });

  it("takes no stdout that goes elsewhere for a terminal", async () => {
    const { left } = await shown(
      `await observer.phase("building", async () => undefined);
       console.error(process.stdout.isTTY === true ? "taken for a terminal" : "still a file");`,
      "",
      "> /dev/null",
    );
    assert.equal(left.at(-1), "still a file");
  });
});
