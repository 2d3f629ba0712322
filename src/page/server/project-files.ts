import { watch } from "node:fs";
import { UserError } from "../../errors.ts";
import { type Project, readProject } from "../../project/project.ts";

/** A project whose files may change while it is looked at: a new release is a change of Pulumi.yaml. */
export interface ProjectFiles {
  /** As its files were when they could be understood last. */
  readonly project: Project;
}

/** Editors write a file in several steps. */
const SETTLE_MS = 100;
const OURS = /^Pulumi(?:\..+)?\.ya?ml$/;

/**
 * Reads a project anew whenever one of its files changes. Files that cannot be understood, as in the middle of an edit,
 * change nothing: whoever acts on them is told what is wrong.
 */
export function followProject(first: Project, onChange: () => void, signal: AbortSignal): ProjectFiles {
  const files = { project: first };
  const reread = async () => {
    try {
      files.project = await readProject(first.directory, first.routers);
      onChange();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  };
  let settling: NodeJS.Timeout | undefined;
  const watcher = watch(first.directory, { signal }, (_event, file) => {
    if (file !== null && !OURS.test(file)) return;
    clearTimeout(settling);
    settling = setTimeout(() => void reread(), SETTLE_MS).unref();
  });
  // The folder itself may go, as a workspace in the folder for temporary files does.
  watcher.on("error", () => watcher.close());
  signal.addEventListener("abort", () => clearTimeout(settling), { once: true });
  return files;
}
