/** Versions such as 1.26.1, compared number by number. Plain Node, as all that runs before the dependencies are there. */

/**
 * Whether a dotted version is at least another: 1.26.1 is at least 1.26, and 1.9 is not.
 * @param {string | undefined} version undefined is less than every version
 */
export function isAtLeast(version, minimum) {
  if (version === undefined) return false;
  const parts = (text) => text.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const [have, need] = [parts(version), parts(minimum)];
  const index = [0, 1, 2].find((at) => (have[at] ?? 0) !== (need[at] ?? 0));
  return index === undefined || (have[index] ?? 0) > (need[index] ?? 0);
}
