import { until } from "../../local/process/until.ts";
import type { Contender } from "./contender.ts";

/** A share of a version within half a point is there. */
const TOLERANCE_POINTS = 0.5;
/** A share that is not there by then does not come. */
const ARRIVE_MS = 180_000;

/** Percent of the traffic that a version gets; undefined where nothing serves, or nobody can be asked. */
export const shareOf = ({ split }: Contender, version: string): Promise<number | undefined> =>
  split.shareOf(version).catch(() => undefined);

/** Waits until a version has a share, in percent. @returns whether it got there within three minutes */
export async function arrives(
  contender: Contender,
  { version, share }: { readonly version: string; readonly share: number },
  signal: AbortSignal,
): Promise<boolean> {
  const isThere = async () => {
    const is = await shareOf(contender, version);
    return is !== undefined && Math.abs(is - share) < TOLERANCE_POINTS;
  };
  return (await until(isThere, { timeoutMs: ARRIVE_MS, everyMs: 100, signal })) === true;
}

/** Waits until a version serves alone. @throws Error when it does not within three minutes */
export async function untilAlone(contender: Contender, version: string, signal: AbortSignal): Promise<void> {
  if (await arrives(contender, { version, share: 100 }, signal)) return;
  throw new Error(`${contender.name} does not serve ${version} alone`);
}
