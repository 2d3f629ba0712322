import type { Contender, Share, Version } from "./contender.ts";

/** One move of a release, and the share that the new version has at its end. */
export interface Move {
  readonly title: string;
  /** Of the version that is being released, in percent. */
  readonly share: 0 | Share;
  readonly version: Version;
  act(contender: Contender): Promise<void>;
}

/** A healthy version; every release has one of its own. */
export const versionAt = (index: number): Version => ({
  name: `r${String(index).padStart(3, "0")}`,
  tag: index % 2 === 0 ? "1.0.0" : "2.0.0",
  variables: {},
});

/** Versions that a cycle brings, besides the one that it finds. */
export const RELEASES_PER_CYCLE = 3;

/** A release that is taken out at 25 %, one that is taken out at 75 %, and one that goes through. */
export function cycleMoves(cycle: number): Move[] {
  const [first, second, third] = [1, 2, 3].map((at) => versionAt((cycle - 1) * RELEASES_PER_CYCLE + at)) as [
    Version,
    Version,
    Version,
  ];
  return [
    begin(first),
    abort(first, 25),
    begin(second),
    advance(second, 75),
    abort(second, 75),
    begin(third),
    advance(third, 75),
    advance(third, 100),
  ];
}

const begin = (version: Version): Move => ({
  title: "to 25 %",
  share: 25,
  version,
  act: (contender) => contender.release(version),
});

const advance = (version: Version, to: 75 | 100): Move => ({
  title: `to ${to} %`,
  share: to,
  version,
  act: (contender) => contender.advance(to),
});

const abort = (version: Version, at: 25 | 75): Move => ({
  title: `abort at ${at} %`,
  share: 0,
  version,
  act: (contender) => contender.abort(),
});
