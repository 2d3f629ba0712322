import { randomBytes } from "node:crypto";
import { execa } from "execa";
import type { Workspace } from "../../local/environment/workspace.ts";
import { allStages } from "../../src/model/lifecycle.ts";
import type { WalkApplication } from "./folder.ts";

/** Makes the stacks of the stages and sets their secrets, as an operator does once (docs/application.md). */
export async function setSecrets(
  { directory, environment }: Workspace,
  { project, secrets }: Pick<WalkApplication, "project" | "secrets">,
): Promise<void> {
  const named = Object.entries(secrets);
  if (named.length === 0) return;
  const values = [
    ...named.map(([name, value]) => `secrets.${name}=${value}`),
    `secretsKey=${randomBytes(32).toString("hex")}`,
  ];
  const pulumi = (...words: string[]) =>
    execa("pulumi", [...words, "--non-interactive"], { cwd: directory, env: { ...environment } });
  for (const stage of allStages(project.config)) {
    await pulumi("stack", "init", stage);
    const words = values.flatMap((value) => ["--secret", value]);
    await pulumi("config", "set-all", "--path", ...words, "--stack", stage);
  }
}
