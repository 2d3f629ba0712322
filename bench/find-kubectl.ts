import { execa } from "execa";
import type { Progress } from "../local/process/progress.ts";

/** The kubectl of that name; undefined, and a word about it, where there is none to compare with. */
export async function findKubectl(name: string, progress: Progress): Promise<string | undefined> {
  const isThere = await execa(name, ["version", "--client"]).then(
    () => true,
    () => false,
  );
  if (isThere) return name;
  progress.say(`There is no ${name} to compare with: name one with --kubectl.`);
  return undefined;
}
