import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Terminal, type TerminalOptions } from "../../../src/cli/terminal.ts";

const CLEAR = "\u001b[2J";

/** A terminal, and what was written to each of its streams. */
function opened(options: Partial<TerminalOptions> & { isTTY?: boolean } = {}) {
  const { isTTY = false, ...given } = options;
  const written = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof written) => ({
    isTTY,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const streams = { stdout: stream("stdout"), stderr: { ...stream("stderr"), isTTY: false } };
  return { written, terminal: new Terminal({ json: false, color: true, ...streams, ...given }) };
}

describe("a result", () => {
  const value = { name: `bob${CLEAR}\nfree`, count: 2 };

  it("is a text made of printable parts", () => {
    const { terminal, written } = opened();
    terminal.result(value, ({ name, count }) => `lock ${name}\n${count}`);
    assert.equal(written.stdout, "lock bob free\n2\n");
  });

  it("is printable also where a text was made of something else", () => {
    const { terminal, written } = opened();
    terminal.result({}, () => `${value.name}\u009b2J`);
    assert.equal(written.stdout, "bob\nfree\n");
  });

  it("is exact as JSON", () => {
    const { terminal, written } = opened({ json: true });
    terminal.result(value, () => "never");
    assert.deepEqual(JSON.parse(written.stdout), value);
    assert.ok(!written.stdout.includes("\u001b"));
  });

  it("is exact as JSON in a line of its own", () => {
    const { terminal, written } = opened({ json: true });
    terminal.line({ url: "http://a\u009b2J\u202e" });
    assert.equal(written.stdout, '{"url":"http://a\\u009b2J\\u202e"}\n');
  });

  it("has another form as JSON where that is given", () => {
    const { terminal, written } = opened({ json: true });
    const read = ({ count }: typeof value) => ({ count });
    terminal.result(value, () => "never", read);
    assert.deepEqual(JSON.parse(written.stdout), { count: 2 });
  });
});

describe("colours", () => {
  const painted = (options: Parameters<typeof opened>[0]): string => {
    const { terminal, written } = opened(options);
    terminal.result("ready", (text) => terminal.paint("green", text));
    return written.stdout;
  };

  it("are for a terminal, unless they are not wanted", () => {
    const { NO_COLOR: before } = process.env;
    delete process.env.NO_COLOR;
    try {
      assert.equal(painted({ isTTY: true }), "\u001b[32mready\u001b[39m\n");
      assert.equal(painted({ isTTY: false }), "ready\n");
      assert.equal(painted({ isTTY: true, color: false }), "ready\n");
      process.env.NO_COLOR = "1";
      assert.equal(painted({ isTTY: true }), "ready\n");
    } finally {
      if (before === undefined) delete process.env.NO_COLOR;
      else process.env.NO_COLOR = before;
    }
  });
});

describe("a screen", () => {
  const cleared = (options: Parameters<typeof opened>[0]): string => {
    const { terminal, written } = opened(options);
    terminal.clear();
    return written.stdout;
  };

  it("is cleared where there is one, and nothing else is", () => {
    assert.equal(cleared({ isTTY: true }), "\u001b[H\u001b[2J");
    assert.equal(cleared({ isTTY: false }), "");
    assert.equal(cleared({ isTTY: true, json: true }), "");
  });
});

describe("what is told beside the result", () => {
  it("goes to stderr, printable", async () => {
    const { terminal, written } = opened();
    terminal.note(`what would ${CLEAR}change\nand more`);
    const observer = await terminal.observer();
    observer.say(`bob${CLEAR} let go\u202e`);
    assert.equal(await observer.phase(`apply\n${CLEAR}`, async (note) => note("half") ?? 7), 7);
    assert.match(written.stderr, /^what would change\nand more\nbob let go\ufffd\napply \(0\.\d s\)\n$/);
    assert.equal(written.stdout, "");
  });

  it("is no question where nobody can answer", async () => {
    const { terminal } = opened();
    assert.equal(terminal.canAsk, false);
    await assert.rejects(terminal.ask("Go?", new AbortController().signal), /no terminal to ask on/);
  });
});
