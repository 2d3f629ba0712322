import { UserError } from "../errors.ts";
import type { Reading } from "../gate/counters.ts";
import type { DataPlane, ServedStage } from "../routers/live-share.ts";

/** Counters of all servers at one time of a soak. */
export interface Counted {
  /** Since the soak began, by the clock of whoever counts. */
  readonly seconds: number;
  readonly reading: Reading;
}

/** Where a judge looks. */
export interface LookSource {
  /** As it stands in sentences. */
  readonly name: string;
  /**
   * What was counted since the call before, in order: nothing where there is nothing new.
   * @throws UserError when it cannot be read; nothing is lost then that the source still has
   */
  readonly read: () => Promise<readonly Counted[]>;
}

/**
 * The statistics of every program that carries the traffic, as they are now.
 * @param urls where each has them
 * @throws UserError for a router without such a program
 */
export function dataPlaneSource(
  dataPlane: DataPlane | undefined,
  {
    stage,
    urls,
    router,
  }: { readonly stage: ServedStage; readonly urls: readonly string[]; readonly router: string },
): LookSource {
  if (!dataPlane) {
    throw new UserError(
      `gate.stats is set, but the router ${router} has no statistics of its own`,
      "Set gate.prometheus with queries of your own instead, or leave gate out of Pulumi.yaml.",
    );
  }
  const began = performance.now();
  return {
    name: dataPlane.name,
    read: async () => {
      const readings = await Promise.all(urls.map((url) => dataPlane.counters(url, stage)));
      return [{ seconds: (performance.now() - began) / 1000, reading: Object.assign({}, ...readings) }];
    },
  };
}

/** What came of a read: what was counted, or why it could not be read. */
export interface Attempt {
  readonly counted?: readonly Counted[];
  readonly unread?: string;
}

/** Reads a source; one that cannot be read is no failure of whoever looks. */
export async function attempt(source: LookSource): Promise<Attempt> {
  try {
    return { counted: await source.read() };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { unread: error.message };
  }
}
