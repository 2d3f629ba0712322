import { isUtf8 } from "node:buffer";
import { readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { UserError } from "../../errors.ts";
import { type AppFile, filesOf } from "./container-list.ts";
import { placeText } from "./misfit.ts";
import type { AppConfig } from "./shape.ts";

/** A file of the application with its content: a text, or bytes that are none. */
export interface LoadedFile extends AppFile {
  readonly content: string | Buffer;
}

/** Data of a ConfigMap: in all so many bytes (`MaxSecretSize` of Kubernetes' API validation). */
const MOST_BYTES = 1024 * 1024;

/**
 * Reads the files of an application.
 * @param folder that of Pulumi.yaml: no file may lie outside of it, by a link neither
 * @param versions those that the texts are for: in each all files together have to fit into a ConfigMap
 * @throws UserError for a file that is missing, or outside of the folder, and when all together are too large
 */
export async function loadFiles(
  app: AppConfig,
  folder: string,
  versions: readonly string[],
): Promise<readonly LoadedFile[]> {
  const files = await Promise.all(
    filesOf(app).map(async (file) => ({ ...file, content: await contentOf(file, folder) })),
  );
  for (const version of versions) requireFits(files, version);
  return files;
}

/** The files as a version has them: `{version}` in a text is that version. */
export function filesOfVersion(files: readonly LoadedFile[], version: string): readonly LoadedFile[] {
  return files.map((file) => ({
    ...file,
    content: typeof file.content === "string" ? file.content.replaceAll("{version}", version) : file.content,
  }));
}

async function contentOf(file: AppFile, folder: string): Promise<string | Buffer> {
  const { text, file: name } = file.source;
  if (name === undefined) return text ?? "";
  const bytes = await readFile(await placeOf(file, name, folder));
  return isUtf8(bytes) ? bytes.toString() : bytes;
}

async function placeOf({ at }: AppFile, name: string, folder: string): Promise<string> {
  const what = `${placeText(at)}.file is ${JSON.stringify(name)}`;
  const path = resolve(folder, name);
  const place = await realpath(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? "is not there" : `cannot be read: ${error.message}`;
    throw new UserError(
      `${what}: ${path} ${reason}`,
      "Name a file from the folder of Pulumi.yaml on, as ./config/app.conf.",
    );
  });
  const inside = relative(await realpath(folder), place);
  if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw new UserError(
      `${what}: ${place} is outside of ${folder}`,
      "Copy it beside Pulumi.yaml: a release is one commit, and has everything that it is made of.",
    );
  }
  if (!(await stat(place)).isFile()) {
    throw new UserError(
      `${what}: ${place} is no file`,
      "Name each file by itself, with its path in the container.",
    );
  }
  return place;
}

function requireFits(files: readonly LoadedFile[], version: string): void {
  const sizes = filesOfVersion(files, version).map(({ at, content }) => ({
    where: placeText(at),
    bytes: Buffer.byteLength(content),
  }));
  const bytes = sizes.reduce((sum, one) => sum + one.bytes, 0);
  if (bytes <= MOST_BYTES) return;
  const largest = [...sizes].sort((a, b) => b.bytes - a.bytes).slice(0, 3);
  throw new UserError(
    `the files of ${version} have ${bytes} bytes, and a ConfigMap holds ${MOST_BYTES}: ${largest.map((one) => `${one.where} ${one.bytes}`).join(", ")}`,
    "Put large files into the image, or into a volume (app.volumes, app.mounts).",
  );
}
