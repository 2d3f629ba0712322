/** Characters that no shell gives a meaning to, wherever they stand in a word. */
const PLAIN = /^[\w@%+:,./-]+$/;

/** Characters that a terminal would act on, or that would hide others: control characters, and marks of direction. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * A text as one word of a command line, to be pasted into a shell: `alice@laptop:4711` as it is, `a b` as `'a b'`. What a
 * terminal would act on is written out, for example the escape character in `$'\u001b[2J'`, which bash and zsh read back.
 */
export function shellWord(text: string): string {
  if (PLAIN.test(text)) return text;
  if (text.search(UNPRINTABLE) < 0) return `'${text.replaceAll("'", "'\\''")}'`;
  return `$'${text.replace(/[\\']/g, "\\$&").replace(UNPRINTABLE, writtenOut)}'`;
}

const writtenOut = (character: string): string =>
  [...character].map((one) => `\\U${one.codePointAt(0)?.toString(16).padStart(8, "0")}`).join("");
