import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { recordCommand } from "../../../../demo/recording/terminal.ts";

const PLACE = { cwd: "/", environment: {}, columns: 61, rows: 17 };

describe("recording a command", () => {
  it("runs it on a terminal of the size that was asked for", async () => {
    const chunks = await recordCommand({ ...PLACE, command: "test -t 2 && stty size" });
    assert.equal(chunks.map(({ text }) => text).join(""), "17 61\r\n");
    assert.ok((chunks[0]?.at ?? 0) > 0);
  });

  it("answers what is asked", async () => {
    const answer = { to: /sure\?/, text: "y\n", afterMs: 1 };
    const command = "printf 'sure? '; read -r said; echo \"said $said\"";
    const chunks = await recordCommand({ ...PLACE, command, answer });
    assert.equal(chunks.map(({ text }) => text).join(""), "sure? y\r\nsaid y\r\n");
  });

  it("fails where the command does, with what it said", async () => {
    await assert.rejects(
      recordCommand({ ...PLACE, command: "echo no; exit 3" }),
      /^echo no; exit 3 ended with 3: no/,
    );
  });
});
