import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Screen } from "../../../../demo/recording/screen.ts";

const ESC = "\u001b";

function shown(text: string, columns = 20): string[] {
  const screen = new Screen(columns);
  screen.write(text);
  return screen.lines().map((line) => line.map((span) => span.text).join(""));
}

describe("a screen", () => {
  it("shows lines as they are written, without blanks at their ends", () => {
    assert.deepEqual(shown("one  \r\n\r\n  two\r\n\r\n"), ["one", "", "  two"]);
  });

  it("writes over what a carriage return went back to", () => {
    assert.deepEqual(shown("12345\rab"), ["ab345"]);
  });

  it("goes on in the next row where one is full", () => {
    assert.deepEqual(shown("abcdefg", 3), ["abc", "def", "g"]);
  });

  it("erases as a spinner does: its row, the rows below, the rest of a row", () => {
    assert.deepEqual(shown(`kept\r\n- one\r\n- two${ESC}[2K${ESC}[1A${ESC}[2K${ESC}[Gdone`), [
      "kept",
      "done",
    ]);
    assert.deepEqual(shown(`one\r\ntwo\r\nthree${ESC}[2A${ESC}[2G${ESC}[0J`), ["o"]);
    assert.deepEqual(shown(`12345${ESC}[3D${ESC}[K!`), ["12!"]);
  });

  it("moves its cursor over blanks that nobody wrote", () => {
    assert.deepEqual(shown(`a${ESC}[2Cb${ESC}[1Bc\b\bd`), ["a  b", "   dc"]);
  });

  it("leaves out what shows nothing: titles, hidden cursors, bells", () => {
    assert.deepEqual(shown(`${ESC}]0;npm exec canary\u0007${ESC}[?25la${ESC}[?25h\u0007${ESC}7b`), ["ab"]);
  });

  it("takes a character beyond the basic plane for one", () => {
    assert.deepEqual(shown("\u{1f7e2}\u{1f7e2}x", 2), ["\u{1f7e2}\u{1f7e2}", "x"]);
  });

  it("keeps colours and weights, and joins what looks the same", () => {
    const screen = new Screen(20);
    screen.write(
      `${ESC}[32mgr${ESC}[39m${ESC}[32meen${ESC}[39m ${ESC}[1;91mbold${ESC}[22m${ESC}[0m${ESC}[2mdim`,
    );
    assert.deepEqual(screen.lines(), [
      [
        { text: "green", style: { colour: 2 } },
        { text: " ", style: {} },
        { text: "bold", style: { colour: 9, bold: true } },
        { text: "dim", style: { dim: true } },
      ],
    ]);
  });
});
