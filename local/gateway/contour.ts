/** Contour, built from its Go module; what it has to find in the cluster lies in that module too. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { filledOnce, isPresent, toolDir } from "../engine/cache.ts";
import { goBuild, moduleFolder } from "../engine/go.ts";
import { TOOLS } from "../paths.ts";
import type { Progress } from "../process/progress.ts";

/** The version that local/tools/contour/go.mod pins. */
export const CONTOUR_VERSION = "1.33.6";

/** Contour's program, and the CustomResourceDefinitions of the Gateway API and of its own as a list in JSON. */
export interface Contour {
  readonly program: string;
  readonly crds: string;
}

const MODULES = join(TOOLS, "contour");
const MODULE = "github.com/projectcontour/contour";

/** In the module's folder. Contour does not start without its own. */
const CRDS = ["examples/gateway/00-crds.yaml", "examples/contour/01-crds.yaml"];

/**
 * Contour, built where the cache does not have it: its project publishes images, and no programs.
 * @throws UserError when it has to be built and Go or disk space is missing; the signal's reason when it aborts
 */
export async function ensureContour(progress: Progress, signal?: AbortSignal): Promise<Contour> {
  const folder = await toolDir("contour", CONTOUR_VERSION, MODULES);
  if (!(await isPresent(folder))) {
    await progress.step(`Building Contour ${CONTOUR_VERSION} from its Go module (once, minutes)`, () =>
      filledOnce(folder, (temporary) => build(filesIn(temporary), progress, signal)),
    );
  }
  return filesIn(folder);
}

const filesIn = (folder: string): Contour => ({
  program: join(folder, "contour"),
  crds: join(folder, "crds.json"),
});

async function build({ program, crds }: Contour, progress: Progress, signal?: AbortSignal): Promise<void> {
  await goBuild(
    {
      moduleDir: MODULES,
      package: `${MODULE}/cmd/contour`,
      variables: { [`${MODULE}/internal/build.Version`]: `v${CONTOUR_VERSION}` },
      diskGibibytes: 4,
    },
    program,
    progress,
    signal,
  );
  const folder = await moduleFolder(MODULES, MODULE, progress, signal);
  const texts = await Promise.all(CRDS.map((file) => readFile(join(folder, file), "utf8")));
  // Reading a megabyte of YAML takes seconds: it is done here, once.
  await writeFile(crds, JSON.stringify(texts.flatMap(documentsOf)));
}

/** The files begin with a comment, which is a document of its own. */
function documentsOf(text: string): unknown[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter(Boolean);
}
