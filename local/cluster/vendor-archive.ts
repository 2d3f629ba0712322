import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { cacheDir, isPresent } from "../engine/cache.ts";
import { type Download, download, fromVendor } from "../engine/download.ts";
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
  readonly stallMs?: Download["stallMs"];
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
const DISK_GIBIBYTES = 1;

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
  const { stallMs } = release;
  const archive: Download = { url, algorithm: "sha512", checksum, ...(stallMs !== undefined && { stallMs }) };
  const offer = { name: `Kubernetes ${release.version}`, target, diskGibibytes: DISK_GIBIBYTES };
  return fromVendor(offer, (folder, note) => unpack(archive, folder, note, signal), progress, signal);
}

/** Takes the programs out of the archive while it comes. */
async function unpack(
  archive: Download,
  folder: string,
  note: (text: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  await download(archive, (bytes) => untar(bytes, folder, signal), note, signal);
  await Promise.all(PROGRAMS.map((program) => chmod(join(folder, program), 0o755)));
}

async function untar(
  bytes: AsyncIterable<Uint8Array>,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const members = PROGRAMS.map((program) => `${INSIDE_ARCHIVE}/${program}`);
  const into = [`--directory=${folder}`, "--strip-components=3", "--no-same-owner"];
  // It ends with its input. A terminal's Ctrl-C must not reach it, or that would look like a broken archive.
  const tar = execa("tar", ["--extract", "--gzip", "--file=-", ...into, ...members], {
    detached: true,
    reject: false,
  });
  const [piped] = await Promise.allSettled([pipeline(bytes, tar.stdin, { ...(signal && { signal }) })]);
  const { failed, stderr } = await tar;
  // What tar said is why it closed its input.
  const closed = piped.status === "rejected" && (piped.reason as NodeJS.ErrnoException).code === "EPIPE";
  if (piped.status === "rejected" && !closed) throw piped.reason;
  if (failed) throw new Error(`what came is no such archive: ${stderr.trim().split("\n")[0]}`);
}
