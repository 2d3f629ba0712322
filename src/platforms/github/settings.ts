import { z } from "zod";
import type { Reading } from "../check.ts";

/**
 * What is read of GitHub's answers ("REST API endpoints for …" of its documentation: repositories, deployment environments,
 * rules, protected branches, Actions permissions and variables). Everything else in them is dropped, values of variables too.
 */
export const repositorySchema = z.object({
  default_branch: z.string(),
  /** Also of one that is internal to an enterprise. */
  private: z.boolean(),
  owner: z.object({ type: z.string() }),
});

export const environmentSchema = z.object({
  name: z.string(),
  can_admins_bypass: z.boolean().optional(),
  protection_rules: z
    .array(
      z.object({
        type: z.string(),
        prevent_self_review: z.boolean().optional(),
        reviewers: z.array(z.unknown()).optional(),
      }),
    )
    .default([]),
  /** Null where any branch may. */
  deployment_branch_policy: z
    .object({ protected_branches: z.boolean(), custom_branch_policies: z.boolean() })
    .nullable()
    .default(null),
});

export const branchPolicySchema = z.object({ name: z.string(), type: z.string().default("branch") });

/** Of rulesets: what holds for the branch, wherever it is set. */
export const ruleSchema = z.object({
  type: z.string(),
  parameters: z
    .object({
      required_approving_review_count: z.number().optional(),
      require_code_owner_review: z.boolean().optional(),
    })
    .optional(),
});

/** Of the branch itself, as before there were rulesets. */
export const protectionSchema = z.object({
  required_pull_request_reviews: z
    .object({
      required_approving_review_count: z.number().default(0),
      require_code_owner_reviews: z.boolean().default(false),
    })
    .optional(),
  allow_force_pushes: z.object({ enabled: z.boolean() }).optional(),
});

export const workflowSchema = z.object({
  default_workflow_permissions: z.string(),
  can_approve_pull_request_reviews: z.boolean(),
});

export const forksSchema = z.object({
  run_workflows_from_fork_pull_requests: z.boolean(),
  send_write_tokens_to_workflows: z.boolean(),
  send_secrets_and_variables: z.boolean(),
});

export const variableSchema = z.object({ name: z.string() });

export type Environment = z.output<typeof environmentSchema>;
export type BranchPolicy = z.output<typeof branchPolicySchema>;
export type Rule = z.output<typeof ruleSchema>;
export type Protection = z.output<typeof protectionSchema>;

/** All that is judged of a repository. */
export interface GitHubSettings {
  readonly branch: string;
  readonly environments: Reading<readonly Environment[]>;
  /** By environment: those of its own, where it has any. */
  readonly policies: Readonly<Record<string, Reading<readonly BranchPolicy[]>>>;
  /** Names of variables: by environment, and of what is above them. */
  readonly variables: {
    readonly environments: Readonly<Record<string, Reading<readonly string[]>>>;
    /** Of the repository, and of its organization where it has one. */
    readonly above: readonly Reading<readonly string[]>[];
  };
  readonly rules: Reading<readonly Rule[]>;
  /** Undefined where the branch has none. */
  readonly protection: Reading<Protection | undefined>;
  readonly workflow: Reading<z.output<typeof workflowSchema>>;
  /** Undefined of a public repository, which has no such settings. */
  readonly forks: Reading<z.output<typeof forksSchema> | undefined>;
}
