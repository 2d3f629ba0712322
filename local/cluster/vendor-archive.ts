import { createHash } from "node:crypto";
import { chmod } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { Agent, EnvHttpProxyAgent, fetch } from "undici";
import { cacheDir, filledOnce, isPresent } from "../engine/cache.ts";
import { requireDisk } from "../engine/disk.ts";
import { askUnlessRefused } from "../engine/refusal.ts";
import type { Progress } from "../process/progress.ts";

/** Kubernetes' own programs that a cluster is made of. */
export const PROGRAMS = [
  "kube-apiserver",
  "kube-controller-manager",
  "kube-proxy",
  "kube-scheduler",
  "kubelet",
] as const;

/** A release of Kubernetes as its vendor offers it. */
export interface VendorRelease {
  /** Folder of all releases: the archive is at `<baseUrl>/v<version>/kubernetes-server-linux-<processor>.tar.gz`. */
  readonly baseUrl: string;
  /** Without a leading "v". */
  readonly version: string;
  /** sha512 of the archive, by Go's name of the processor. */
  readonly checksums: Readonly<Record<string, string>>;
  /** A download that brings no byte for so long is given up; one that is slow goes on. */
  readonly stallMs?: number;
}

/**
 * The release that is downloaded, by the checksums of kubernetes/kubernetes' CHANGELOG/CHANGELOG-1.36.md. It is not
 * the version that is built (docs/adr/0061-kubernetes-from-its-vendor-first.md).
 */
export const VENDOR_RELEASE: VendorRelease = {
  baseUrl: "https://dl.k8s.io",
  version: "1.36.0",
  checksums: {
    amd64:
      "1c64da92575451c2c7ff97c79b772e603995f8e76da1371a6b0746aaa27b65dce81c4d734cbb50f40e71486a8e08df36f14e12974f97d4d29e41f23a172a6a25",
    arm64:
      "7f95e451baedd9368a2fa637afa84c9ed1b958736540ca27a379e5e292e1a10c5d9a29539f833047574bf5d3b6f907f32dee5735acecc11aa4686f078108dcf8",
  },
};

/** Where the vendor's programs of a release are kept. */
export function vendorFolder({ version }: VendorRelease): string {
  return join(cacheDir(), "tools", `kubernetes-${version}-vendor`);
}

const PROCESSORS: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };
const INSIDE_ARCHIVE = "kubernetes/server/bin";
const STALL_MS = 15_000;
const DISK_GIBIBYTES = 1;
const MEGABYTE = 1_000_000;

/**
 * Downloads Kubernetes' programs into a folder, unless they are there. Nothing is put in place before the checksum of
 * all that came is right. A failure is said, and not tried again for a day.
 * @returns whether the programs are there
 * @throws UserError without disk space; the signal's reason when it aborts, and then the next call tries again
 */
export async function downloadKubernetes(
  target: string,
  release: VendorRelease,
  progress: Progress,
  signal?: AbortSignal,
): Promise<boolean> {
  if (await isPresent(target)) return true;
  const processor = PROCESSORS[process.arch] ?? process.arch;
  const checksum = release.checksums[processor];
  if (checksum === undefined) return false;
  const url = `${release.baseUrl}/v${release.version}/kubernetes-server-linux-${processor}.tar.gz`;
  const archive = { url, checksum, stallMs: release.stallMs ?? STALL_MS };
  const done = await askUnlessRefused(join(dirname(target), `refused-${basename(target)}`), async () => {
    await requireDisk(dirname(target), DISK_GIBIBYTES, "Downloading Kubernetes");
    const title = `Asking Kubernetes' vendor for ${release.version}`;
    const failure = await progress.step(title, (note) =>
      filledOnce(target, (folder) => unpack(archive, folder, changes(note), signal)).then(
        () => undefined,
        reasonOf,
      ),
    );
    signal?.throwIfAborted();
    if (failure === undefined) return true;
    progress.say(`Kubernetes ${release.version} cannot be had from its vendor: ${failure}`);
    return undefined;
  });
  return done ?? false;
}

interface Archive {
  readonly url: string;
  readonly checksum: string;
  readonly stallMs: number;
}

/** Takes the programs out of the archive while it comes. */
async function unpack(
  { url, checksum, stallMs }: Archive,
  folder: string,
  note: (text: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const limits = { headersTimeout: stallMs, bodyTimeout: stallMs, connect: { timeout: stallMs } };
  const dispatcher = namesProxy(process.env) ? new EnvHttpProxyAgent(limits) : new Agent(limits);
  try {
    const { ok, status, headers, body } = await fetch(url, { dispatcher, signal: signal ?? null });
    if (!ok || !body) throw new Error(`${url} answers ${status}`);
    const total = Number(headers.get("content-length") ?? 0);
    const found = await untar(body, folder, (bytes) => note(amount(bytes, total)), signal);
    if (found !== checksum)
      throw new Error(`the sha512 of ${url} is ${found}, where ${checksum} is expected`);
  } finally {
    await dispatcher.destroy();
  }
  await Promise.all(PROGRAMS.map((program) => chmod(join(folder, program), 0o755)));
}

/** Undici warns that its agent for proxies is experimental: only those who have one see that. */
const namesProxy = (env: NodeJS.ProcessEnv): boolean =>
  Object.entries(env).some(([name, value]) => /^https?_proxy$/i.test(name) && value !== "");

/** @returns the sha512 of all that came */
async function untar(
  body: AsyncIterable<Uint8Array>,
  folder: string,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<string> {
  const members = PROGRAMS.map((program) => `${INSIDE_ARCHIVE}/${program}`);
  const into = [`--directory=${folder}`, "--strip-components=3", "--no-same-owner"];
  // It ends with its input. A terminal's Ctrl-C must not reach it, or that would look like a broken archive.
  const tar = execa("tar", ["--extract", "--gzip", "--file=-", ...into, ...members], {
    detached: true,
    reject: false,
  });
  const hash = createHash("sha512");
  let bytes = 0;
  async function* hashed(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      onBytes(bytes);
      yield chunk;
    }
  }
  const [piped] = await Promise.allSettled([
    pipeline(body, hashed, tar.stdin, { ...(signal && { signal }) }),
  ]);
  const { failed, stderr } = await tar;
  // What tar said is why it closed its input.
  const closed = piped.status === "rejected" && (piped.reason as NodeJS.ErrnoException).code === "EPIPE";
  if (piped.status === "rejected" && !closed) throw piped.reason;
  if (failed) throw new Error(`what came is no such archive: ${stderr.trim().split("\n")[0]}`);
  return hash.digest("hex");
}

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

/** `fetch` wraps what happened into an error that says nothing. */
function reasonOf(error: unknown): string {
  const { cause } = error as Error;
  const { message, code } = (cause instanceof Error ? cause : error) as NodeJS.ErrnoException;
  return message || (code ?? String(error));
}
