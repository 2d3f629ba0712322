/** The style sheet's colours and font, for what draws on a canvas. */
export interface Palette {
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly panel: string;
  readonly canary: string;
  readonly canaryInk: string;
  readonly previous: string;
  readonly previousInk: string;
  readonly bad: string;
  readonly good: string;
  /** Of an axis, `13px system-ui`. */
  readonly font: string;
  /** Its size in CSS pixels. */
  readonly fontSize: number;
}

/** @param at an element of the page: its colours are those of its theme */
export function paletteAt(at: HTMLElement): Palette {
  const probe = at.appendChild(document.createElement("i"));
  const colourOf = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const { fontFamily, fontSize } = getComputedStyle(at);
  const size = Math.round(Number.parseFloat(fontSize) * 0.8);
  const palette = {
    ink: colourOf("ink"),
    muted: colourOf("muted"),
    line: colourOf("line"),
    panel: colourOf("panel"),
    canary: colourOf("canary"),
    canaryInk: colourOf("canary-ink"),
    previous: colourOf("previous"),
    previousInk: colourOf("previous-ink"),
    bad: colourOf("bad"),
    good: colourOf("good"),
    font: `${size}px ${fontFamily}`,
    fontSize: size,
  };
  probe.remove();
  return palette;
}
