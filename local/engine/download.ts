import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { Agent, EnvHttpProxyAgent, fetch } from "undici";
import type { Progress } from "../process/progress.ts";
import { filledOnce, isPresent } from "./cache.ts";
import { requireDisk } from "./disk.ts";
import { askUnlessRefused } from "./refusal.ts";

/** A file of a vendor's, and what it must be. */
export interface Download {
  readonly url: string;
  readonly algorithm: "sha256" | "sha512";
  /** Of all its bytes, in hexadecimal. */
  readonly checksum: string;
  /** A download that brings no byte for so long is given up; one that is slow goes on. */
  readonly stallMs?: number;
}

/** What a vendor offers, and the folder in the cache that it is to fill. */
export interface Offer {
  /** As it stands in sentences: `Kubernetes 1.36.0`. */
  readonly name: string;
  readonly target: string;
  readonly diskGibibytes: number;
}

const STALL_MS = 15_000;
const MEGABYTE = 1_000_000;

/**
 * Fills a folder with what a vendor offers, unless it is there. It is in place when `fill` is through, and not before. A
 * failure is said, and not tried again for a day.
 * @param fill downloads into an empty folder
 * @returns whether the folder is there
 * @throws UserError without disk space; the signal's reason when it aborts, and then the next call tries again
 */
export async function fromVendor(
  { name, target, diskGibibytes }: Offer,
  fill: (folder: string, note: (text: string) => void) => Promise<void>,
  progress: Progress,
  signal?: AbortSignal,
): Promise<boolean> {
  if (await isPresent(target)) return true;
  const done = await askUnlessRefused(join(dirname(target), `refused-${basename(target)}`), async () => {
    await requireDisk(dirname(target), diskGibibytes, `Downloading ${name}`);
    const failure = await progress.step(`Asking the vendor for ${name}`, (note) =>
      filledOnce(target, (folder) => fill(folder, note)).then(() => undefined, reasonOf),
    );
    signal?.throwIfAborted();
    if (failure === undefined) return true;
    progress.say(`${name} cannot be had from its vendor: ${failure}`);
    return undefined;
  });
  return done ?? false;
}

/** `fetch` wraps what happened into an error that says nothing. */
function reasonOf(error: unknown): string {
  const { cause } = error as Error;
  const { message, code } = (cause instanceof Error ? cause : error) as NodeJS.ErrnoException;
  return message || (code ?? String(error));
}

/**
 * Downloads a file and hands its bytes on while they come.
 * @param take gets them; what it made of them is not to be used when this throws
 * @param note is told how much has come, in words
 * @throws Error when the server refuses or stalls, or when the checksum of what came is another; what `take` throws
 */
export async function download(
  { url, algorithm, checksum, stallMs = STALL_MS }: Download,
  take: (bytes: AsyncIterable<Uint8Array>) => Promise<void>,
  note: (text: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const limits = { headersTimeout: stallMs, bodyTimeout: stallMs, connect: { timeout: stallMs } };
  const dispatcher = namesProxy(process.env) ? new EnvHttpProxyAgent(limits) : new Agent(limits);
  try {
    const { ok, status, headers, body } = await fetch(url, { dispatcher, signal: signal ?? null });
    if (!ok || !body) throw new Error(`${url} answers ${status}`);
    const total = Number(headers.get("content-length") ?? 0);
    const hash = createHash(algorithm);
    const say = changes(note);
    let came = 0;
    async function* hashed(bytes: AsyncIterable<Uint8Array>) {
      for await (const chunk of bytes) {
        hash.update(chunk);
        came += chunk.length;
        say(amount(came, total));
        yield chunk;
      }
    }
    await take(hashed(body));
    const found = hash.digest("hex");
    if (found !== checksum)
      throw new Error(`the ${algorithm} of ${url} is ${found}, where ${checksum} is expected`);
  } finally {
    await dispatcher.destroy();
  }
}

/** Undici warns that its agent for proxies is experimental: only those who have one see that. */
const namesProxy = (env: NodeJS.ProcessEnv): boolean =>
  Object.entries(env).some(([name, value]) => /^https?_proxy$/i.test(name) && value !== "");

const amount = (bytes: number, total: number): string =>
  `${Math.round(bytes / MEGABYTE)}${total > 0 ? ` of ${Math.round(total / MEGABYTE)}` : ""} MB`;

/** Passes on what differs from the last. */
function changes(note: (text: string) => void): (text: string) => void {
  let last = "";
  return (text) => {
    if (text !== last) note(text);
    last = text;
  };
}
