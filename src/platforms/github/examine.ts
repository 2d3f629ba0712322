import type { Examination, Subject } from "../expected.ts";
import type { Reader } from "../reader.ts";
import { judgeGitHub } from "./judge.ts";
import { readGitHub } from "./read.ts";

/** Reads a repository's settings, and judges them. @throws UserError where it is not to be seen */
export async function examineGitHub(reader: Reader, subject: Subject): Promise<Examination> {
  const settings = await readGitHub(reader, subject);
  return { branch: settings.branch, checks: judgeGitHub(settings, subject) };
}
