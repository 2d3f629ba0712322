import type { ProcessIdentity } from "../../src/process/procfs.ts";

/** Who is measured: this program's two routers, and beside each the peer that works as it does. */
export const CONTENDERS = ["gateway", "flagger", "replicas", "argo"] as const;
export type ContenderName = (typeof CONTENDERS)[number];

/** Shares that a release goes through, in percent. */
export const SHARES = [25, 75, 100] as const;
export type Share = (typeof SHARES)[number];

/** A version of the measured application. */
export interface Version {
  /** What its answers say, and nobody else's. */
  readonly name: string;
  /** Tag of its image. */
  readonly tag: string;
  /** Variables of its container, such as those by which it misbehaves. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What divides the traffic, as it is at this moment. */
export interface Split {
  /** Percent of the traffic that a version gets; undefined where nothing serves. */
  shareOf(version: string): Promise<number | undefined>;
}

export interface Entrance {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A way of releasing, in a namespace of its own. Each action ends when the way itself says that it is done. */
export interface Contender {
  readonly name: ContenderName;
  readonly namespace: string;
  /** Where its users come in, once it is brought up, and what they have to say there. */
  entrance(): Promise<Entrance>;
  readonly split: Split;
  /** Brings the application up: this version alone. */
  found(version: Version): Promise<void>;
  /** Begins a release: to the first share, or, where nobody holds it, to its end. */
  release(version: Version): Promise<void>;
  /** On to that share. */
  advance(to: Share): Promise<void>;
  /** Takes the canary out. */
  abort(): Promise<void>;
  /** Has everything forget an aborted release, where the way needs that before the next one. */
  settle(): Promise<void>;
  /** Ends what makes moves, by SIGKILL: a controller, or the command that runs. */
  kill(): Promise<void>;
  /** Brings it back in the middle of a move to that share: the controller is started, or the same command typed again. */
  resume(to: Share): Promise<void>;
  /** What works for it now: a controller, or a command while it runs. */
  processes(): readonly ProcessIdentity[];
}
