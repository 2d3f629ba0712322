import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDir, filledOnce, toolDir } from "../../../local/engine/cache.ts";
import { goBuild } from "../../../local/engine/go.ts";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import type { Progress } from "../../../local/process/progress.ts";

/** What a linter said, and whether it was content. */
export interface Verdict {
  readonly ok: boolean;
  readonly output: string;
}

const ACTIONLINT = { version: "1.7.12", package: "github.com/rhysd/actionlint/cmd/actionlint" };

/** Has GitLab's own schema, as GitLab publishes it for editors, and checks against it. */
const CHECK_JSONSCHEMA = "0.39.0";

const silent: Progress = { step: (_title, work) => work(() => undefined), say: () => undefined };

function run(
  file: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Verdict> {
  return new Promise((resolve) => {
    execFile(file, args, { cwd, env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ ok: !error, output: `${stdout}${stderr}` }),
    );
  });
}

/** Checks workflows with actionlint, where it finds them in a repository: in .github/workflows. */
export async function lintWorkflows(files: Readonly<Record<string, string>>): Promise<Verdict> {
  const moduleDir = join(PROJECT_ROOT, "local", "tools", "actionlint");
  const folder = await filledOnce(await toolDir("actionlint", ACTIONLINT.version, moduleDir), (temporary) =>
    goBuild(
      { moduleDir, package: ACTIONLINT.package, diskGibibytes: 1 },
      join(temporary, "actionlint"),
      silent,
    ),
  );
  return inTemporaryFolder(async (repository) => {
    const workflows = join(repository, ".github", "workflows");
    await mkdir(workflows, { recursive: true });
    await mkdir(join(repository, ".git"));
    for (const [name, text] of Object.entries(files)) await writeFile(join(workflows, name), text);
    return run(join(folder, "actionlint"), ["-no-color", "-shellcheck=", "-pyflakes="], repository);
  });
}

/** Checks a GitLab pipeline against GitLab's schema. */
export async function lintGitlab(text: string): Promise<Verdict> {
  const folder = await filledOnce(
    join(cacheDir(), "tools", `check-jsonschema-${CHECK_JSONSCHEMA}`),
    fetchChecker,
  );
  return inTemporaryFolder(async (repository) => {
    const file = join(repository, ".gitlab-ci.yml");
    await writeFile(file, text);
    const args = ["-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", file];
    return run("python3", args, repository, { PYTHONPATH: folder });
  });
}

async function fetchChecker(folder: string): Promise<void> {
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"];
  const wanted = `check-jsonschema==${CHECK_JSONSCHEMA}`;
  const { ok, output } = await run("python3", [...install, "--target", folder, wanted], PROJECT_ROOT);
  if (!ok) throw new Error(`${wanted} could not be installed with python3 and pip: ${output}`);
}

async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "pipelines-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
