/** How a character looks: a colour of the terminal's sixteen, and its weight. */
export interface Style {
  /** 0 to 15, as ECMA-48's "select graphic rendition" counts them: 30 to 37, then 90 to 97. */
  readonly colour?: number;
  readonly bold?: boolean;
  readonly dim?: boolean;
}

/** Characters of one style. */
export interface Span {
  readonly text: string;
  readonly style: Style;
}

export type Line = readonly Span[];

interface Cell {
  readonly character: string;
  readonly style: Style;
}

const PLAIN: Style = {};
/** Control sequences with their parameters, titles of windows, and single characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal is driven by.
const PARTS = /\u001b\[([?\d;]*)([A-Za-z])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b.|./gsu;

/**
 * What a terminal shows after it was written to. Knows what this project's output uses: colours, the cursor's moves,
 * and erasing (ECMA-48); anything else is left out. It has as many rows as it needs and never scrolls.
 */
export class Screen {
  private readonly columns: number;
  private readonly rows: Cell[][] = [[]];
  private row = 0;
  private column = 0;
  private style: Style = PLAIN;

  constructor(columns: number) {
    this.columns = columns;
  }

  write(text: string): void {
    for (const [part, parameters, final] of text.matchAll(PARTS)) {
      if (final !== undefined) this.control(final, parameters ?? "");
      else if (!part.startsWith("\u001b")) this.put(part);
    }
  }

  /** What is shown, row by row, without blanks at the ends of rows and empty rows at the end. */
  lines(): Line[] {
    const lines = this.rows.map(lineOf);
    while (lines.length > 0 && lines.at(-1)?.length === 0) lines.pop();
    return lines;
  }

  private put(character: string): void {
    if (character === "\n") this.moveTo(this.row + 1, this.column);
    else if (character === "\r") this.moveTo(this.row, 0);
    else if (character === "\b") this.moveTo(this.row, this.column - 1);
    else if (character >= " ") {
      if (this.column >= this.columns) this.moveTo(this.row + 1, 0);
      const cells = this.cells();
      while (cells.length < this.column) cells.push({ character: " ", style: PLAIN });
      cells[this.column++] = { character, style: this.style };
    }
  }

  private control(final: string, parameters: string): void {
    const [first = 0] = parameters.split(";").map(Number);
    const count = first || 1;
    if (final === "m") this.style = restyled(this.style, parameters);
    else if (final === "A") this.moveTo(this.row - count, this.column);
    else if (final === "B") this.moveTo(this.row + count, this.column);
    else if (final === "C") this.moveTo(this.row, this.column + count);
    else if (final === "D") this.moveTo(this.row, this.column - count);
    else if (final === "G") this.moveTo(this.row, count - 1);
    else if (final === "K") this.eraseInLine(first);
    else if (final === "J") this.eraseBelow();
  }

  private eraseInLine(what: number): void {
    if (what === 2) this.rows[this.row] = [];
    else this.cells().splice(this.column);
  }

  private eraseBelow(): void {
    this.cells().splice(this.column);
    this.rows.splice(this.row + 1);
  }

  private moveTo(row: number, column: number): void {
    this.row = Math.max(0, row);
    this.column = Math.max(0, column);
  }

  private cells(): Cell[] {
    while (this.rows.length <= this.row) this.rows.push([]);
    return this.rows[this.row] ?? [];
  }
}

/** What a code of "select graphic rendition" changes; a colour of its own is taken back by 39. */
const RENDITIONS: Readonly<Record<number, (style: Style) => Style>> = {
  0: () => PLAIN,
  1: (style) => ({ ...style, bold: true }),
  2: (style) => ({ ...style, dim: true }),
  22: (style) => ({ ...style, bold: false, dim: false }),
  39: ({ colour: _, ...style }) => style,
};

function restyled(before: Style, parameters: string): Style {
  let style = before;
  for (const code of parameters.split(";").map(Number)) {
    const colour = colourOf(code);
    style = colour === undefined ? (RENDITIONS[code]?.(style) ?? style) : { ...style, colour };
  }
  return style;
}

function colourOf(code: number): number | undefined {
  if (code >= 30 && code <= 37) return code - 30;
  return code >= 90 && code <= 97 ? code - 82 : undefined;
}

function lineOf(cells: readonly Cell[]): Line {
  const spans: { text: string; style: Style }[] = [];
  const end = cells.findLastIndex(({ character }) => character !== " ");
  for (const { character, style } of cells.slice(0, end + 1)) {
    const last = spans.at(-1);
    if (last && sameStyle(last.style, style)) last.text += character;
    else spans.push({ text: character, style });
  }
  return spans;
}

const sameStyle = (one: Style, other: Style): boolean =>
  one.colour === other.colour &&
  (one.bold ?? false) === (other.bold ?? false) &&
  (one.dim ?? false) === (other.dim ?? false);
