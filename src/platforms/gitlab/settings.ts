import { z } from "zod";
import type { Reading } from "../check.ts";

/**
 * What is read of GitLab's answers (its REST API's pages on projects, environments, protected environments, protected branches,
 * merge request approvals, CI/CD variables). Everything else in them is dropped, values of variables too. What is optional is
 * said to those alone who may change it, or by some of GitLab's tiers alone.
 */
export const projectSchema = z.object({
  /** Null where nothing was pushed yet. */
  default_branch: z.string().nullable(),
  namespace: z.object({ kind: z.string(), full_path: z.string() }),
  ci_allow_fork_pipelines_to_run_in_parent_project: z.boolean().optional(),
  ci_pipeline_variables_minimum_override_role: z.string().optional(),
});

export const environmentSchema = z.object({ name: z.string() });

export const protectedEnvironmentSchema = z.object({
  name: z.string(),
  /** Who may deploy to it: a role, a person or a group each. */
  deploy_access_levels: z.array(z.unknown()),
});

/** Its name may be a pattern: `release-*`. */
export const protectedBranchSchema = z.object({
  name: z.string(),
  /** 0 is nobody. */
  push_access_levels: z.array(z.object({ access_level: z.number().nullable() })),
  allow_force_push: z.boolean(),
  code_owner_approval_required: z.boolean().optional(),
});

export const approvalRuleSchema = z.object({
  rule_type: z.string(),
  approvals_required: z.number(),
  /** Empty where it counts for every branch. */
  protected_branches: z.array(z.object({ name: z.string() })).default([]),
  applies_to_all_protected_branches: z.boolean().default(false),
});

export const variableSchema = z.object({
  key: z.string(),
  /** Whether jobs of protected branches and tags alone get it. */
  protected: z.boolean(),
  /** An environment, or a pattern of several. */
  environment_scope: z.string().default("*"),
});

export type ProtectedBranch = z.output<typeof protectedBranchSchema>;
export type ApprovalRule = z.output<typeof approvalRuleSchema>;
export type Variable = z.output<typeof variableSchema>;

/** All that is judged of a project. */
export interface GitLabSettings {
  readonly branch: string;
  readonly forkPipelines: boolean | undefined;
  readonly variablesRole: string | undefined;
  /** Names. */
  readonly environments: Reading<readonly string[]>;
  readonly protectedEnvironments: Reading<readonly z.output<typeof protectedEnvironmentSchema>[]>;
  readonly protectedBranches: Reading<readonly ProtectedBranch[]>;
  readonly approvalRules: Reading<readonly ApprovalRule[]>;
  readonly variables: Reading<readonly Variable[]>;
  /** Those of each group above the project, by its path. */
  readonly groups: readonly { readonly group: string; readonly variables: Reading<readonly Variable[]> }[];
}
