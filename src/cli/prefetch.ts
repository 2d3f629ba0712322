import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { declaredValues, ownValues } from "../config/raw.ts";
import { Prefetch } from "../engine/prefetch.ts";
import { LIST_STACKS, stackOutputs } from "../engine/process.ts";
import { projectFolder } from "../project/folder.ts";

/** The commands that reach the cluster as the deployer, whose kubeconfig the foundation exports. */
const REACH_CLUSTER: readonly string[] =
  "status preview promote rollback abort verify judge history page unlock teardown foundation".split(" ");

/**
 * Starts the processes of the Pulumi CLI that a command begins with, the longest of which takes as long to decrypt the
 * deployer's kubeconfig as the rest of the command to be loaded (docs/adr/0031-the-command-runs-its-sources.md). So this
 * module imports next to nothing, and checks nothing: what is wrong with words or files is said by those who read them
 * next. A process that was started in error is ended unused.
 * @param words what was typed after `canary`
 */
export async function prefetch(words: readonly string[]): Promise<Prefetch> {
  const prefetched = new Prefetch();
  const { values, positionals } = parseArgs({ args: [...words], options: OPTIONS, strict: false });
  const [command = ""] = positionals;
  if (!REACH_CLUSTER.includes(command) || values.help || values.context !== undefined) return prefetched;
  const folder = projectFolder(typeof values["stack-dir"] === "string" ? values["stack-dir"] : undefined);
  const founding = folder && (await foundingStack(folder).catch(() => undefined));
  if (!founding) return prefetched;
  prefetched.start(folder, stackOutputs(founding));
  if (command === "status" || command === "page") prefetched.start(folder, LIST_STACKS);
  return prefetched;
}

const OPTIONS = {
  "stack-dir": { type: "string" },
  context: { type: "string" },
  kubeconfig: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** As the configuration's schema has it. */
const USUAL = "foundation";

/** The stack that Pulumi.yaml names, or the usual one. A file without the word is not parsed: the parser loads for long. */
async function foundingStack(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, "Pulumi.yaml"), "utf8");
  if (!text.includes("founding")) return USUAL;
  const { parse } = await import("yaml");
  const { name, config } = parse(text);
  const { founding = USUAL } = ownValues(declaredValues(config), name);
  return typeof founding === "string" ? founding : undefined;
}
