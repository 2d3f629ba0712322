import { z } from "zod";
import { UserError } from "../../errors.ts";
import { isRead, type Reading } from "../check.ts";
import { PREVIEW, type Subject } from "../expected.ts";
import type { Reader } from "../reader.ts";
import {
  branchPolicySchema,
  environmentSchema,
  forksSchema,
  type GitHubSettings,
  type Protection,
  protectionSchema,
  repositorySchema,
  ruleSchema,
  variableSchema,
  workflowSchema,
} from "./settings.ts";

/** @throws UserError where the repository itself is not to be seen */
export async function readGitHub(reader: Reader, { repository, guarded }: Subject): Promise<GitHubSettings> {
  const path = ["repos", ...repository.split("/")];
  const seen = await reader.object(path, repositorySchema);
  if (!isRead(seen)) {
    throw new UserError(
      `GitHub does not show ${repository}: ${seen.unreadable}`,
      "Look at the name, and at what the token in GITHUB_TOKEN may read.",
    );
  }
  const { default_branch: branch, private: isPrivate, owner } = seen.value;
  const environments = await reader.list(
    [...path, "environments"],
    z.object({ environments: z.array(environmentSchema) }),
    (page) => page.environments,
  );
  const wanted = [PREVIEW, ...guarded];
  const found = isRead(environments) ? environments.value : undefined;
  const there = found ? wanted.filter((name) => found.some((one) => one.name === name)) : wanted;
  const restricted = (found ?? [])
    .filter((one) => there.includes(one.name) && one.deployment_branch_policy?.custom_branch_policies)
    .map(({ name }) => name);
  const ofEnvironment = (name: string, ...rest: readonly string[]) => [
    ...path,
    "environments",
    name,
    ...rest,
  ];
  const [policies, ofEach, ofRepository, ofOrganization, rules, protection, workflow, forks] =
    await Promise.all([
      byName(restricted, (name) =>
        reader.list(
          ofEnvironment(name, "deployment-branch-policies"),
          z.object({ branch_policies: z.array(branchPolicySchema) }),
          (page) => page.branch_policies,
        ),
      ),
      byName(there, (name) => variablesAt(reader, ofEnvironment(name, "variables"))),
      variablesAt(reader, [...path, "actions", "variables"]),
      // A person's repository has no organization, and the question no answer.
      owner.type === "Organization" && variablesAt(reader, [...path, "actions", "organization-variables"]),
      reader.list([...path, "rules", "branches", branch], z.array(ruleSchema), (page) => page),
      readProtection(reader, [...path, "branches", branch, "protection"]),
      reader.object([...path, "actions", "permissions", "workflow"], workflowSchema),
      isPrivate
        ? reader.object([...path, "actions", "permissions", "fork-pr-workflows-private-repos"], forksSchema)
        : { value: undefined },
    ]);
  const above = ofOrganization ? [ofRepository, ofOrganization] : [ofRepository];
  const variables = { environments: ofEach, above };
  return { branch, environments, policies, variables, rules, protection, workflow, forks };
}

async function byName<T>(
  names: readonly string[],
  read: (name: string) => Promise<T>,
): Promise<Record<string, T>> {
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
}

const variablesAt = (reader: Reader, path: readonly string[]): Promise<Reading<readonly string[]>> =>
  reader.list(path, z.object({ variables: z.array(variableSchema) }), (page) =>
    page.variables.map(({ name }) => name),
  );

/** Whoever may read it and finds none is answered so by these words; whoever may not, by *Not Found*. */
async function readProtection(
  reader: Reader,
  path: readonly string[],
): Promise<Reading<Protection | undefined>> {
  const read = await reader.object(path, protectionSchema);
  return !isRead(read) && read.unreadable === "404 Branch not protected" ? { value: undefined } : read;
}
