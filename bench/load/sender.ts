import { Agent } from "node:http";
import type { Plan } from "./plan.ts";
import type { Connection } from "./record.ts";
import type { Recorder } from "./recorder.ts";
import { type RequestPlan, sendOnce, versionFinder } from "./request.ts";

/** Requests that are due at a steady rate, whatever becomes of those before. */
interface Stream {
  connection: Connection;
  request: RequestPlan;
  perSecond: number;
  /** How many are sent, and the part of a period by which the first is delayed. */
  sent: number;
}

const TICK_MS = 2;
/** Two seconds of the highest rate. */
const MOST_IN_FLIGHT = 10_000;

/**
 * Sends by open loop: every request is sent when it is due, however long others take. Its latency counts from
 * then, so that a stall shows in every request that it delays. None is ever sent again.
 */
export class Sender {
  private readonly recorder: Recorder;
  private readonly streams: Stream[];
  private readonly began = performance.now();
  private readonly inFlight = new Set<Promise<void>>();
  private readonly onLimit: () => void;
  private left: number;
  private timer: NodeJS.Timeout | undefined;

  /** @param onLimit called when the plan's number of requests has been sent */
  constructor(plan: Plan, recorder: Recorder, onLimit: () => void) {
    this.recorder = recorder;
    this.streams = streamsOf(plan);
    this.onLimit = onLimit;
    this.left = plan.maxRequests;
  }

  start(): void {
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  /** Sends no more, and waits for what is in flight; the plan's timeout bounds that. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.inFlight);
    for (const { request } of this.streams) request.agent.destroy();
  }

  private tick(): void {
    const now = performance.now();
    for (const stream of this.streams) this.sendDue(stream, now);
    this.recorder.advance(Date.now());
  }

  private sendDue(stream: Stream, now: number): void {
    for (;;) {
      const due = this.began + (stream.sent * 1000) / stream.perSecond;
      if (due > now) return;
      if (this.left === 0) {
        this.onLimit();
        return;
      }
      this.left--;
      stream.sent++;
      this.recorder.sent(Date.now(), now - due);
      this.send(stream, due);
    }
  }

  private send({ connection, request }: Stream, due: number): void {
    if (this.inFlight.size >= MOST_IN_FLIGHT) {
      const detail = `${MOST_IN_FLIGHT} requests in flight`;
      this.recorder.add(Date.now(), { connection, kind: "other", detail });
      return;
    }
    const ended = sendOnce(request).then((answer) => {
      this.inFlight.delete(ended);
      this.recorder.add(Date.now(), { connection, latencyMs: performance.now() - due, ...answer });
    });
    this.inFlight.add(ended);
  }
}

/** One stream of new connections, and one for each kept-alive connection, evenly spaced. */
function streamsOf(plan: Plan): Stream[] {
  const { newConnectionsPerSecond, keepAliveConnections, keepAliveRequestsPerSecond } = plan;
  const versionOf = versionFinder(plan.classify);
  const url = new URL(plan.url);
  const request = (agent: Agent): RequestPlan => ({
    url,
    agent,
    headers: plan.headers,
    timeoutMs: plan.timeoutMs,
    versionOf,
  });
  const fresh = request(new Agent({ keepAlive: false }));
  const kept = Array.from({ length: keepAliveConnections }, (_, index): Stream => {
    const perSecond = keepAliveRequestsPerSecond / keepAliveConnections;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    return { connection: "kept", request: request(agent), perSecond, sent: index / keepAliveConnections };
  });
  const streams: Stream[] = [
    { connection: "new", request: fresh, perSecond: newConnectionsPerSecond, sent: 0 },
    ...kept,
  ];
  return streams.filter(({ perSecond }) => perSecond > 0);
}
