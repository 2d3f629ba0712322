/**
 * What comes from outside (a lock's holder, the history, an answer of a server) may hold characters that a terminal acts
 * on: they could erase lines, repaint them, or turn the order of letters around. Nothing reaches a terminal but through
 * here. `--json` stays exact: what it cannot show it writes as `\u001b`.
 */
import { stripVTControlCharacters } from "node:util";

/** Stands for a character that is not shown. */
const HIDDEN = "\ufffd";

/** Control characters but newline and tab; marks of direction; separators that some terminals break lines at. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what has to be found.
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A colour of our own, as `styleText` writes it: one number, such as the red of `\u001b[31m`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with the escape character.
const COLOUR = /(\u001b\[\d{1,3}m)/;

/** A text of any number of lines without escape sequences, and with `\ufffd` for any other unprintable character. */
export function printable(text: string): string {
  return stripVTControlCharacters(text.replaceAll("\r\n", "\n")).replace(UNPRINTABLE, HIDDEN);
}

/** The same, in one line: for a name, a reason or a cell of a table. */
export function oneLine(text: string): string {
  return printable(text)
    .trim()
    .replace(/\s*[\n\t]\s*/g, " ");
}

/** The same as `printable`, and the colours stay: for what was put together of printable parts. */
export function printableInColour(text: string): string {
  return text
    .split(COLOUR)
    .map((part, at) => (at % 2 === 1 ? part : printable(part)))
    .join("");
}

/**
 * A copy of what is to be shown, each text in it in one line and printable, keys included. Only lists and plain objects
 * are copied: dates, functions and instances of classes stay what they are.
 */
export function shown<T>(value: T): T {
  return copied(value) as T;
}

function copied(value: unknown): unknown {
  if (typeof value === "string") return oneLine(value);
  if (Array.isArray(value)) return value.map(copied);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [oneLine(key), copied(inner)]));
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * JSON of a value, in which a terminal finds nothing to act on: JSON itself escapes the control characters of ASCII.
 * @param indent spaces of each level; 0 for all in one line
 */
export function printableJson(value: unknown, indent = 2): string {
  return escaped(JSON.stringify(value, undefined, indent));
}

/** With each unprintable character as `\u009b`, which JSON and YAML's double quotes read back. */
export function escaped(text: string): string {
  const code = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return text.replace(UNPRINTABLE, code);
}

/** Whether `printable` would change none of its characters but line ends. */
export const isPrintable = (text: string): boolean => text.search(UNPRINTABLE) < 0;
