import { z } from "zod";
import { type LiveRelease, sameRelease } from "./lifecycle.ts";

const pods = z.array(z.object({ name: z.string(), restarts: z.number() }));

/** A soak that goes on, as the cluster keeps it: a command that was killed is followed by one that goes on from there. */
export const ongoingSoak = z.object({
  stage: z.string(),
  release: z.object({ previous: z.string(), canary: z.string() }),
  /** Whose clock `began` is by: the address of a Prometheus. */
  clock: z.string(),
  /** Seconds since 1970. */
  began: z.number(),
  /** Both versions' pods at the beginning, for their restarts. */
  pods: z.object({ previous: pods, canary: pods }),
});

export type OngoingSoak = z.infer<typeof ongoingSoak>;

/** Whether a soak is that of the live stage, and by this clock. */
export const isSoakOf = (
  soak: Pick<OngoingSoak, "stage" | "release" | "clock">,
  { stage, release }: Pick<LiveRelease, "stage" | "release">,
  clock: string,
): boolean => soak.stage === stage && soak.clock === clock && sameRelease(soak.release, release);

/** The soak in a ConfigMap's text; undefined where there is none. */
export function parseSoak(text: string | undefined): OngoingSoak | undefined {
  if (text === undefined) return undefined;
  try {
    return ongoingSoak.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
