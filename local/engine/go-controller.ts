/** Controllers that are built from their Go module; what they have to find in the cluster lies in that module too. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { TOOLS } from "../paths.ts";
import type { Progress } from "../process/progress.ts";
import { filledOnce, isPresent, toolDir } from "./cache.ts";
import { goBuild, moduleFolder } from "./go.ts";

/** A controller by its module. */
export interface GoController {
  /** Of its program, and of the folder in local/tools whose go.mod pins it: `contour`. */
  readonly name: string;
  /** As people write it: `Contour`. */
  readonly title: string;
  /** The version that go.mod pins, without a leading "v". */
  readonly version: string;
  readonly module: string;
  /** Folder of its main package in the module: `cmd/contour`. */
  readonly main: string;
  /** Variables that the linker sets. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Files with CustomResourceDefinitions, in the module's folder. */
  readonly crds: readonly string[];
}

/** A controller's program, and its CustomResourceDefinitions as a list in JSON. */
export interface BuiltController {
  readonly program: string;
  readonly crds: string;
}

const DISK_GIBIBYTES = 4;

/**
 * A controller, built where the cache does not have it.
 * @throws UserError when it has to be built and Go or disk space is missing; the signal's reason when it aborts
 */
export async function ensureGoController(
  controller: GoController,
  progress: Progress,
  signal?: AbortSignal,
): Promise<BuiltController> {
  const { name, title, version } = controller;
  const folder = await toolDir(name, version, join(TOOLS, name));
  const built = filesIn(folder, name);
  if (await isPresent(folder)) return built;
  await progress.step(`Building ${title} ${version} from its Go module (once, minutes)`, () =>
    filledOnce(folder, (temporary) => build(controller, filesIn(temporary, name), progress, signal)),
  );
  return built;
}

const filesIn = (folder: string, name: string): BuiltController => ({
  program: join(folder, name),
  crds: join(folder, "crds.json"),
});

async function build(
  { name, module, main, variables, crds }: GoController,
  built: BuiltController,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  const moduleDir = join(TOOLS, name);
  await goBuild(
    {
      moduleDir,
      package: `${module}/${main}`,
      ...(variables && { variables }),
      diskGibibytes: DISK_GIBIBYTES,
    },
    built.program,
    progress,
    signal,
  );
  const folder = await moduleFolder(moduleDir, module, progress, signal);
  const texts = await Promise.all(crds.map((file) => readFile(join(folder, file), "utf8")));
  // Reading a megabyte of YAML takes seconds: it is done here, once.
  await writeFile(built.crds, JSON.stringify(texts.flatMap(documentsOf)));
}

/**
 * The documents of a file, which may begin with a comment: that is one of its own.
 * @throws YAMLParseError for what Go's parser would not take either
 */
export function documentsOf(text: string): unknown[] {
  const documents = parseAllDocuments(text);
  const isWrong = documents.some(({ errors }) => errors.length > 0);
  const taken = isWrong ? parseAllDocuments(withFoldedQuotes(text)) : documents;
  for (const { errors } of taken) for (const error of errors) throw error;
  return taken.map((document) => document.toJS()).filter(Boolean);
}

/** Go's parser takes a quoted text that goes on no deeper than its key, as descriptions in Flagger's file do. */
const withFoldedQuotes = (text: string): string =>
  text.replace(/: '(?:[^']|'')*'/g, (quoted) => quoted.replace(/\n\s*/g, " "));
