/**
 * Runs checkov over the golden objects: `npm run controls`. It comes from PyPI with a hundred packages of its own, which are
 * pinned by nobody, so that it is no part of `npm test`. Ends with 1 for a finding that is no exception.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { cacheDir, filledOnce } from "../../local/engine/cache.ts";
import { PROJECT_ROOT } from "../../local/paths.ts";

const CHECKOV = "3.3.30";

/** Checks that are not met, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  CKV_K8S_43:
    "images by digest: canary release writes them where a registry can be asked; the walk's images are in none",
  CKV_K8S_15:
    "pull policy Always: what is pinned by digest is pulled once; a registry that is away must not stop a pod",
  CKV_K8S_40:
    "user id above 10000: the walk's httpd is Debian's, which runs as 1; an application says its own, app.runAsUser",
};

interface Golden {
  readonly inputs: Readonly<Record<string, unknown>>;
}

interface Report {
  readonly summary: { readonly passed: number; readonly failed: number; readonly skipped: number };
  readonly results: {
    readonly failed_checks: readonly {
      readonly check_id: string;
      readonly check_name: string;
      readonly resource: string;
    }[];
  };
}

/** The objects of Kubernetes among the golden ones, each in a file. */
async function render(folder: string): Promise<void> {
  const golden = join(PROJECT_ROOT, "test", "golden");
  for (const file of (await readdir(golden)).filter((name) => name.endsWith(".json"))) {
    const resources = JSON.parse(await readFile(join(golden, file), "utf8")) as Golden[];
    const objects = resources.filter(({ inputs }) => "apiVersion" in inputs && "kind" in inputs);
    for (const [index, { inputs }] of objects.entries())
      await writeFile(join(folder, `${index}-${file}`), JSON.stringify(inputs));
  }
}

async function fetchCheckov(folder: string): Promise<void> {
  const quietly = ["--quiet", "--disable-pip-version-check", "--no-input"];
  await execa("python3", ["-m", "pip", "install", ...quietly, "--target", folder, `checkov==${CHECKOV}`]);
}

const checkov = await filledOnce(join(cacheDir(), "tools", `checkov-${CHECKOV}`), fetchCheckov);
const folder = await mkdtemp(join(tmpdir(), "controls-"));
try {
  await render(folder);
  const words = [
    "-d",
    folder,
    "--framework",
    "kubernetes",
    "--compact",
    "--quiet",
    "--skip-download",
    "-o",
    "json",
  ];
  const { stdout } = await execa("python3", ["-m", "checkov.main", ...words], {
    env: { PYTHONPATH: checkov },
    reject: false,
  });
  const { summary, results } = JSON.parse(stdout) as Report;
  const excepted = results.failed_checks.filter(({ check_id }) => check_id in EXCEPTIONS);
  const others = results.failed_checks.filter(({ check_id }) => !(check_id in EXCEPTIONS));
  console.log(`checkov ${CHECKOV}: ${summary.passed} checks passed, ${excepted.length} by exception`);
  for (const [id, reason] of Object.entries(EXCEPTIONS)) console.log(`  ${id}  ${reason}`);
  for (const { check_id, check_name, resource } of others)
    console.log(`  ${check_id}  ${check_name}: ${resource}`);
  process.exitCode = others.length === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}
