import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { findProcess, type LedgerEntry } from "../process/ledger.ts";
import { lengthOf, writtenSince } from "../process/logs.ts";
import { ahead } from "../process/priority.ts";
import { isAlive, signal as sendSignal, start, stop } from "../process/processes.ts";
import { until } from "../process/until.ts";
import { statsSocket } from "./render.ts";
import { ask, untilClosed } from "./socket.ts";

/** Debian's. */
export const HAPROXY = "/usr/sbin/haproxy";

/** A new HAProxy, or a reload, answers with its new configuration within this time, or it has failed. */
const APPLY_MS = 5000;
const LOOK_MS = 5;
/** An HAProxy that lived shorter than this is started again only after this time. */
const SHORT_LIFE_MS = 1000;

/**
 * One HAProxy in master-worker mode. It outlives the process that controls it, which finds it again in the ledger
 * of the parent folder; while controlled, it is started again as soon as it is gone.
 */
export class Haproxy {
  readonly name: string;
  readonly directory: string;
  readonly configFile: string;
  private readonly sockets: string;
  private readonly logFile: string;
  private readonly ledgerDir: string;
  private readonly log: (text: string) => void;
  private readonly released = new AbortController();
  private supervised: LedgerEntry | undefined;
  private starting: Promise<LedgerEntry> | undefined;

  /** @param directory its own folder, for configuration, certificates and log; and one for its sockets */
  constructor(directory: string, sockets: string, name: string, log: (text: string) => void) {
    this.directory = directory;
    this.sockets = sockets;
    this.logFile = join(directory, "haproxy.log");
    this.name = name;
    this.log = log;
    this.ledgerDir = dirname(directory);
    this.configFile = join(directory, "haproxy.cfg");
  }

  /** Whether it runs with the configuration of that fingerprint. */
  async runs(fingerprint: string): Promise<boolean> {
    const running = this.process();
    if (!running || (await this.fingerprint()) !== fingerprint) return false;
    this.supervise(running);
    return true;
  }

  /**
   * Starts it, or has it reload: the new worker takes the listening sockets over from the old one, which finishes
   * what it is at.
   * @returns milliseconds until it answered with that configuration
   * @throws Error when it does not
   */
  async load(fingerprint: string): Promise<number> {
    const began = performance.now();
    const logged = lengthOf(this.logFile);
    const running = this.process();
    if (running) sendSignal(running, "SIGUSR2");
    const entry = running ?? (await this.launch());
    this.supervise(entry);
    const isLoaded = async () => (await this.fingerprint()) === fingerprint;
    await until(async () => (await isLoaded()) || !isAlive(entry), { timeoutMs: APPLY_MS, everyMs: LOOK_MS });
    if (await isLoaded()) return performance.now() - began;
    throw new Error(`HAProxy does not take ${this.configFile}:\n${writtenSince(this.logFile, logged)}`);
  }

  /** Whether there is one, whatever its configuration. */
  isRunning(): boolean {
    return this.process() !== undefined;
  }

  /** Leaves it running and no longer cares for it. */
  release(): void {
    this.released.abort();
  }

  /** Ends it. */
  async stop(): Promise<void> {
    this.release();
    await this.starting;
    const entry = this.process();
    if (entry) await stop(this.ledgerDir, entry);
  }

  private async launch(): Promise<LedgerEntry> {
    await mkdir(this.sockets, { recursive: true, mode: 0o700 });
    // A real load balancer has a node of its own: here it goes before everything else on this machine.
    const command = ahead([HAPROXY, "-W", "-db", "-S", this.masterSocket(), "-f", this.configFile]);
    this.starting ??= start(this.ledgerDir, this.name, command, {
      log: this.logFile,
    }).finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  /** Starts HAProxy again whenever this process ends. Does nothing for a process that is supervised already. */
  private supervise(entry: LedgerEntry): void {
    if (this.supervised?.pid === entry.pid && this.supervised.startTime === entry.startTime) return;
    this.supervised = entry;
    this.startAgainAfter(entry).catch((error: Error) => this.log(`${this.name}: ${error.message}`));
  }

  private async startAgainAfter(entry: LedgerEntry): Promise<void> {
    const { signal } = this.released;
    const began = performance.now();
    await this.untilGone(entry);
    if (signal.aborted) return;
    this.log(`${this.name}: HAProxy (process ${entry.pid}) is gone; starting it again`);
    if (performance.now() - began < SHORT_LIFE_MS) await setTimeout(SHORT_LIFE_MS);
    if (!signal.aborted) this.supervise(this.process() ?? (await this.launch()));
  }

  /** The master closes connections to its command line when it ends, and when it reloads. */
  private async untilGone(entry: LedgerEntry): Promise<void> {
    const { signal } = this.released;
    while (isAlive(entry) && !signal.aborted) {
      await untilClosed(this.masterSocket(), signal).catch(() => setTimeout(LOOK_MS));
    }
  }

  /** What the running HAProxy answers as its description: the fingerprint of its configuration. */
  private async fingerprint(): Promise<string | undefined> {
    const info = await ask(statsSocket(this.sockets), "show info").catch(() => "");
    return /^description: (\S+)$/m.exec(info)?.[1];
  }

  private process(): LedgerEntry | undefined {
    return findProcess(this.ledgerDir, this.name);
  }

  private masterSocket(): string {
    return join(this.sockets, "master.sock");
  }
}
