import { classOf } from "./histogram.ts";
import { BUCKET_MS, type Bucket, type Connection, type Failure, type Tally } from "./record.ts";

/** How one request ended. */
export type Outcome =
  | { connection: Connection; version: string; latencyMs: number }
  | { connection: Connection; kind: Failure["kind"]; detail: string };

interface OpenTally {
  versions: Record<string, number>;
  latencies: Map<number, number>;
}

/** Gathers outcomes into buckets by the time of their end, and hands each bucket on when its time is over. */
export class Recorder {
  private readonly write: (bucket: Bucket) => void;
  private at: number;
  private tallies: Record<Connection, OpenTally> = { new: emptyTally(), kept: emptyTally() };
  private failures: Failure[] = [];
  private answered: [number, number] | null = null;
  private gapMs = 0;
  private lateMs = 0;
  private sentCount = 0;

  /** @param now milliseconds since 1970; buckets begin at multiples of their length */
  constructor(now: number, write: (bucket: Bucket) => void) {
    this.at = now - (now % BUCKET_MS);
    this.write = write;
  }

  add(now: number, outcome: Outcome): void {
    this.advance(now);
    const { connection } = outcome;
    if ("kind" in outcome) {
      this.failures.push({ at: now, kind: outcome.kind, detail: outcome.detail, connection });
      return;
    }
    const { versions, latencies } = this.tallies[connection];
    const index = classOf(outcome.latencyMs);
    versions[outcome.version] = (versions[outcome.version] ?? 0) + 1;
    latencies.set(index, (latencies.get(index) ?? 0) + 1);
    if (this.answered) this.gapMs = Math.max(this.gapMs, now - this.answered[1]);
    this.answered = [this.answered?.[0] ?? now, now];
  }

  /** Notes that a request is sent now, so long after it was due. */
  sent(now: number, lateMs: number): void {
    this.advance(now);
    this.sentCount++;
    this.lateMs = Math.max(this.lateMs, lateMs);
  }

  /** Hands on every bucket that is over by now, empty ones too. */
  advance(now: number): void {
    while (now >= this.at + BUCKET_MS) this.close();
  }

  /** Hands on the last bucket, over or not. */
  close(): void {
    this.write({
      at: this.at,
      sent: this.sentCount,
      new: closedTally(this.tallies.new),
      kept: closedTally(this.tallies.kept),
      failures: this.failures,
      answered: this.answered,
      gapMs: this.gapMs,
      lateMs: this.lateMs,
    });
    this.at += BUCKET_MS;
    this.tallies = { new: emptyTally(), kept: emptyTally() };
    this.failures = [];
    this.answered = null;
    this.gapMs = 0;
    this.lateMs = 0;
    this.sentCount = 0;
  }
}

function emptyTally(): OpenTally {
  return { versions: {}, latencies: new Map() };
}

function closedTally({ versions, latencies }: OpenTally): Tally {
  return { versions, latencies: [...latencies].sort(([a], [b]) => a - b) };
}
