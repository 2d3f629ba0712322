import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type Film, filmOf } from "../../../../demo/recording/film.ts";

const textAt = ({ shots }: Film, at: number): string[] =>
  shots
    .filter(({ from, to }) => from <= at && at < to)
    .sort((a, b) => a.row - b.row)
    .map(({ line }) => line.map(({ text }) => text).join(""));

describe("a film", () => {
  const film = filmOf(
    [
      {
        command: "go",
        chunks: [
          { at: 390, text: "working" },
          { at: 990, text: "\rstill working\r\n" },
          { at: 1_010, text: "done\r\n" },
        ],
        holdMs: 3_000,
      },
      { command: "x", chunks: [{ at: 0, text: "y" }], holdMs: 1_000 },
    ],
    40,
  );
  // Two keys of 60 ms each, half a second until Enter.
  const entered = 620;

  it("types the command, then answers in its own time", () => {
    assert.deepEqual(
      textAt(film, 0),
      ["$ "].map((text) => text.trimEnd()),
    );
    assert.deepEqual(textAt(film, 70), ["$ g"]);
    assert.deepEqual(textAt(film, entered), ["$ go"]);
    assert.deepEqual(textAt(film, entered + 400), ["$ go", "working"]);
    assert.deepEqual(textAt(film, entered + 1_000), ["$ go", "still working"]);
    assert.deepEqual(textAt(film, entered + 1_200), ["$ go", "still working", "done"]);
  });

  it("holds the end of a scene, then begins the next on an empty screen", () => {
    const [end = 0, last] = film.endsAt;
    assert.equal(end, entered + 1_200);
    assert.deepEqual(textAt(film, end + 2_999), ["$ go", "still working", "done"]);
    assert.deepEqual(textAt(film, end + 3_000), ["$"]);
    assert.equal(film.durationMs, (last ?? 0) + 1_000);
    assert.deepEqual(textAt(film, film.durationMs - 1), ["$ x", "y"]);
  });

  it("keeps a line that does not change as one shot", () => {
    const typed = film.shots.filter(({ line }) => line.map(({ text }) => text).join("") === "$ go");
    assert.equal(typed.length, 1);
    assert.equal(film.rows, 3);
  });
});
