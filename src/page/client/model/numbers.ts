/** Percent to one digit: `25 %`, `74.8 %`. */
export const percent = (share: number): string => `${Number(share.toFixed(1))} %`;

/** `35,841` */
export const count = (number: number): string => number.toLocaleString("en-US");

/** `1 pod`, `3 pods`, `1,000 pods` */
export const plural = (number: number, one: string, many = `${one}s`): string =>
  `${count(number)} ${number === 1 ? one : many}`;

/** Failed requests of all: `0 of 4,000`, and the part that they are where there are any. */
export function failures({
  requests,
  failed,
}: {
  readonly requests: number;
  readonly failed: number;
}): string {
  const part = failed === 0 || requests === 0 ? "" : ` (${small((100 * failed) / requests)} %)`;
  return `${count(failed)} of ${count(requests)}${part}`;
}

/** Two significant digits below one, so that 0.02 is not 0. */
export const small = (number: number): string =>
  String(number === 0 || number >= 1 ? Number(number.toFixed(1)) : Number(number.toPrecision(2)));

/** An e-value as a person reads it: `0.03`, `12`, `1,900`, `more than a million`. */
export function evidence(value: number): string {
  if (value >= 1e6) return "more than a million";
  if (value >= 10) return count(Number(value.toPrecision(2)));
  if (value >= 0.01) return String(Number(value.toPrecision(2)));
  return "less than 0.01";
}
