import { z } from "zod";
import { UserError } from "../../errors.ts";
import { isRead, mapped } from "../check.ts";
import type { Subject } from "../expected.ts";
import type { Reader } from "../reader.ts";
import {
  approvalRuleSchema,
  environmentSchema,
  type GitLabSettings,
  projectSchema,
  protectedBranchSchema,
  protectedEnvironmentSchema,
  variableSchema,
} from "./settings.ts";

/** @throws UserError where the project itself is not to be seen, or has no branch yet */
export async function readGitLab(reader: Reader, { repository }: Subject): Promise<GitLabSettings> {
  const path = ["projects", repository];
  const found = await reader.object(path, projectSchema);
  if (!isRead(found)) {
    throw new UserError(
      `GitLab does not show ${repository}: ${found.unreadable}`,
      "Look at the name, and at what the token in GITLAB_TOKEN may read.",
    );
  }
  const { default_branch: branch, namespace, ...project } = found.value;
  if (branch === null) {
    throw new UserError(`${repository} has no branch yet`, "Push the pipelines to it first.");
  }
  const list = <S extends z.ZodType>(name: string, entry: S) =>
    reader.list([...path, name], z.array(entry), (page): readonly z.output<S>[] => page);
  const [environments, protectedEnvironments, protectedBranches, approvalRules, variables, groups] =
    await Promise.all([
      list("environments", environmentSchema),
      list("protected_environments", protectedEnvironmentSchema),
      list("protected_branches", protectedBranchSchema),
      list("approval_rules", approvalRuleSchema),
      list("variables", variableSchema),
      Promise.all(
        groupsOf(namespace).map(async (group) => ({
          group,
          variables: await reader.list(
            ["groups", group, "variables"],
            z.array(variableSchema),
            (page) => page,
          ),
        })),
      ),
    ]);
  return {
    branch,
    forkPipelines: project.ci_allow_fork_pipelines_to_run_in_parent_project,
    variablesRole: project.ci_pipeline_variables_minimum_override_role,
    environments: mapped(environments, (all) => all.map(({ name }) => name)),
    protectedEnvironments,
    protectedBranches,
    approvalRules,
    variables,
    groups,
  };
}

/** `acme/web/shop` is in `acme/web/shop`, `acme/web` and `acme`; a person's own projects are in no group. */
function groupsOf({ kind, full_path }: z.output<typeof projectSchema>["namespace"]): string[] {
  if (kind !== "group") return [];
  const names = full_path.split("/");
  return names.map((_, at) => names.slice(0, names.length - at).join("/"));
}
