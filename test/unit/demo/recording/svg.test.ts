import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Film } from "../../../../demo/recording/film.ts";
import { svgOf } from "../../../../demo/recording/svg.ts";

const FILM: Film = {
  columns: 20,
  rows: 2,
  durationMs: 4_000,
  shots: [
    { row: 0, line: [{ text: "a < b & c", style: {} }], from: 0, to: 1_000 },
    { row: 1, line: [{ text: "ready", style: { colour: 2, bold: true } }], from: 1_000, to: 4_000 },
    { row: 0, line: [{ text: "later", style: { dim: true } }], from: 1_000, to: 4_000 },
  ],
  endsAt: [4_000],
};

describe("a film as SVG", () => {
  const svg = svgOf(FILM, "status & more", 500);
  const texts = svg.match(/<text .*<\/text>/g) ?? [];

  it("has a line for each shot, escaped and coloured", () => {
    assert.equal(texts.length, 3);
    assert.match(texts[0] ?? "", />a &lt; b &amp; c</);
    assert.match(texts[1] ?? "", /<tspan class="c2 b">ready<\/tspan>/);
    assert.match(texts[2] ?? "", /<tspan class="d">later<\/tspan>/);
    assert.match(svg, /<title>status &amp; more<\/title>/);
  });

  it("shows each of them in its time, with one rule for those of the same time", () => {
    const rules = svg.match(/@keyframes .*/g) ?? [];
    assert.deepEqual(rules, [
      "@keyframes t0{0%{visibility:visible}25%{visibility:hidden}}",
      "@keyframes t1{0%{visibility:hidden}25%{visibility:visible}}",
    ]);
    assert.match(svg, /animation:4s step-end infinite/);
  });

  it("stands still at the moment that was asked for", () => {
    assert.match(texts[0] ?? "", /class="t0"/);
    assert.match(texts[1] ?? "", /class="h t1"/);
    assert.match(svg, /prefers-reduced-motion/);
  });
});
