import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { ahead } from "../../local/process/priority.ts";
import type { LoadMessage } from "./main.ts";
import { type Classify, type Plan, planSchema } from "./plan.ts";
import { BUCKET_MS, type Bucket, bucketSchema } from "./record.ts";
import { type Summary, summarise, within } from "./summary.ts";
import { checkTarget } from "./target.ts";

export interface LoadOptions {
  /** `http://` and an address of loopback or of the cluster given. */
  url: string;
  /** Networks of the cluster whose addresses may be loaded, besides loopback. */
  clusterCidrs?: readonly string[];
  /** Requests a second, each on a connection of its own; at most 5,000. */
  newConnectionsPerSecond: number;
  /** Connections that are kept alive beside them; at most 1,000. */
  keepAliveConnections?: number;
  /** Requests a second on all kept-alive connections together; one a second and connection unless said. */
  keepAliveRequestsPerSecond?: number;
  /** File of the record, one line (JSON) for each tenth of a second; written anew. */
  recordFile: string;
  /** How an answer tells its version: a pattern for its body, or a header. */
  classify: Classify;
  headers?: Record<string, string>;
  /** A request without an end after this time has failed; 10 s unless said. */
  timeoutMs?: number;
  /** The load ends by itself after this time (900 s unless said, at most 3,600) … */
  maxSeconds?: number;
  /** … and after as many requests (1,000,000 unless said). */
  maxRequests?: number;
}

/** Load that is running, in a process of its own. */
export interface Load {
  /**
   * What ended between two times (milliseconds since 1970), in whole tenths of a second; waits for what of that
   * time is still to come. Where the load has ended before, what there was.
   */
  between(from: number, to: number): Promise<Summary>;
  /** Ends it, once what is in flight has ended, and sums everything up. @throws Error when its process failed */
  stop(): Promise<Summary>;
}

const DEFAULTS = { timeoutMs: 10_000, maxSeconds: 900, maxRequests: 1_000_000 };

/**
 * Starts a steady load and resolves when it sends. An own client instead of autocannon 8: with a new connection for
 * each request that one sends in bursts of a second's worth, and none at all while answers are late.
 * @throws UserError for a target that is not ours; ZodError for options beyond their limits
 */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const { clusterCidrs, ...rest } = options;
  checkTarget(options.url, clusterCidrs);
  const plan = planSchema.parse({
    headers: {},
    keepAliveConnections: 0,
    keepAliveRequestsPerSecond: options.keepAliveConnections ?? 0,
    ...DEFAULTS,
    ...rest,
  });
  mkdirSync(dirname(plan.recordFile), { recursive: true });
  const running = new RunningLoad(forkLoad(plan));
  await running.ready;
  return running;
}

function forkLoad(plan: Plan): ChildProcess {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  // Ahead of what it measures: a late client would measure itself.
  const [execPath, ...execArgv] = ahead([process.execPath]);
  return fork(main, [JSON.stringify(plan)], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    execPath,
    execArgv,
    // A session of its own, which a terminal's Ctrl-C does not reach.
    detached: true,
  });
}

/** Follows the load process: its buckets as they come, and its end. */
class RunningLoad implements Load {
  readonly ready: Promise<void>;
  private readonly child: ChildProcess;
  private readonly buckets: Bucket[] = [];
  private end: { error?: Error } | undefined;
  private readonly waiting = new Set<() => void>();

  constructor(child: ChildProcess) {
    this.child = child;
    child.on("close", (code, signal) => {
      this.end = code === 0 ? {} : { error: new Error(`the load process ended with ${signal ?? code}`) };
      this.wake();
    });
    this.ready = new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", () => reject(this.end?.error ?? new Error("the load process ended at once")));
      child.on("message", (message: LoadMessage) => {
        if ("ready" in message) resolve();
        else this.take(message.bucket);
      });
    });
  }

  async between(from: number, to: number): Promise<Summary> {
    await this.until(() => (this.buckets.at(-1)?.at ?? 0) + BUCKET_MS >= to);
    return summarise(within(this.buckets, from, to));
  }

  async stop(): Promise<Summary> {
    // By a message: a signal would kill a process that is just ending by itself. One that has ended needs none.
    if (this.child.connected) this.child.send("end", () => {});
    await this.until(() => false);
    return summarise(this.buckets);
  }

  /** Waits for a condition, or for the end of the process. */
  private async until(condition: () => boolean): Promise<void> {
    while (!this.end && !condition()) await new Promise<void>((resolve) => this.waiting.add(resolve));
    if (this.end?.error) throw this.end.error;
  }

  private take(bucket: unknown): void {
    this.buckets.push(bucketSchema.parse(bucket));
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}
