import { type Check, check, either, type Judgement, mapped } from "../check.ts";
import type { Subject } from "../expected.ts";
import { matches } from "../glob.ts";
import { judgeEnvironments, judgeGroups } from "./environments.ts";
import type { ApprovalRule, GitLabSettings, ProtectedBranch } from "./settings.ts";

/** What of docs/pipelines.md is so at GitLab, and what is not. */
export const judgeGitLab = (settings: GitLabSettings, { repository, guarded }: Subject): Check[] => [
  ...judgeEnvironments(settings, guarded),
  ...judgeGroups(settings, guarded),
  ...judgeBranch(settings),
  ...judgePipelines(settings, repository),
];

/** Of several patterns that mean the branch, the most permissive one counts. */
function judgeBranch({ branch, protectedBranches, approvalRules }: GitLabSettings): Check[] {
  const about = branch;
  const where = `Settings → Repository → Protected branches → ${branch}`;
  const own = mapped(protectedBranches, (all) => all.filter(({ name }) => matches(name, branch)));
  const ofOwn =
    (judge: (own: readonly ProtectedBranch[]) => Judgement) => (found: readonly ProtectedBranch[]) =>
      found.length === 0 ? { holds: false, found: "not protected" } : judge(found);
  return [
    check(
      {
        id: "branch-push",
        about,
        wanted: "by merge requests alone",
        todo: `${where} → Allowed to push and merge: No one`,
      },
      own,
      ofOwn((all) => either(all.every(takesNoPush), "by merge requests alone", "some may push without")),
    ),
    check(
      {
        id: "branch-reviews",
        about,
        wanted: "one approval or more",
        todo: "Settings → Merge requests → Approval rules",
      },
      mapped(approvalRules, (all) => approvalsFor(all, branch)),
      (count) => either(count > 0, `${count} of them`, "no approval"),
    ),
    check(
      {
        id: "branch-code-owners",
        about,
        wanted: "code owners approve",
        todo: `${where} → Code owner approval`,
      },
      own,
      ofOwn((all) => either(codeOwnersApprove(all), "they do", "they need not")),
    ),
    check(
      { id: "branch-force-push", about, wanted: "refused", todo: `${where} → Allowed to force push: off` },
      own,
      ofOwn((all) => either(!all.some((one) => one.allow_force_push), "refused", "allowed")),
    ),
  ];
}

const takesNoPush = ({ push_access_levels: levels }: ProtectedBranch): boolean =>
  levels.every(({ access_level }) => access_level === 0);

function codeOwnersApprove(own: readonly ProtectedBranch[]): boolean | undefined {
  const required = own.map((one) => one.code_owner_approval_required);
  return required.includes(undefined) ? undefined : !required.includes(false);
}

/** What a scanner's finding asks for (`report_approver`) is asked for no other change. */
function approvalsFor(rules: readonly ApprovalRule[], branch: string): number {
  const counting = rules.filter(({ rule_type, protected_branches, applies_to_all_protected_branches }) => {
    if (rule_type === "report_approver") return false;
    const named = protected_branches.some(({ name }) => matches(name, branch));
    return named || protected_branches.length === 0 || applies_to_all_protected_branches;
  });
  return Math.max(0, ...counting.map((one) => one.approvals_required));
}

function judgePipelines({ forkPipelines, variablesRole }: GitLabSettings, about: string): Check[] {
  const setting = "ci_allow_fork_pipelines_to_run_in_parent_project";
  return [
    check(
      {
        id: "forks",
        about,
        wanted: "their pipelines do not run in this project",
        // GitLab has no switch for it on its pages.
        todo: `glab api --method PUT projects/${encodeURIComponent(about)} -f ${setting}=false`,
      },
      { value: forkPipelines },
      (runs) => either(runs === undefined ? undefined : !runs, "they do not", "a member may run them here"),
    ),
    check(
      {
        id: "pipeline-variables",
        about,
        wanted: "no_one_allowed",
        todo: "Settings → CI/CD → Variables → Minimum role to use pipeline variables: No one allowed",
      },
      variablesRole === undefined ? { unreadable: "the answer does not say it" } : { value: variablesRole },
      (role) => ({ holds: role === "no_one_allowed", found: role }),
    ),
  ];
}
