/** Whether a dotted version (with or without a leading "v" or "go") is at least another; missing parts are 0. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [have, need] = [parts(version), parts(minimum)];
  for (let index = 0; index < Math.max(have.length, need.length); index++) {
    const difference = (have[index] ?? 0) - (need[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Whether a Pulumi CLI can run this program: from the SDK's version on, within its major version. */
export function isSuitableEngine(version: string, minimum: string): boolean {
  return isAtLeast(version, minimum) && parts(version)[0] === parts(minimum)[0];
}

/** The version that `pulumi version` prints, without its "v"; undefined when it prints something else. */
export function parseEngineVersion(printed: string): string | undefined {
  return /^v?(\d+\.\d+\.\d+)(?:[-+].*)?$/m.exec(printed.trim())?.[1];
}

function parts(version: string): number[] {
  return version
    .replace(/^(?:v|go)/, "")
    .split(".")
    .map((part) => Number.parseInt(part, 10) || 0);
}
