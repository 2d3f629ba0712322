import type { Examination, Subject } from "../expected.ts";
import type { Reader } from "../reader.ts";
import { judgeGitLab } from "./judge.ts";
import { readGitLab } from "./read.ts";

/** Reads a project's settings, and judges them. @throws UserError where it is not to be seen */
export async function examineGitLab(reader: Reader, subject: Subject): Promise<Examination> {
  const settings = await readGitLab(reader, subject);
  return { branch: settings.branch, checks: judgeGitLab(settings, subject) };
}
