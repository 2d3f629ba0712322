import { anyOf, type Check, check, either, type Judged, mapped, type Reading } from "../check.ts";
import type { Subject } from "../expected.ts";
import { judgeEnvironments } from "./environments.ts";
import type { GitHubSettings, Protection, Rule } from "./settings.ts";

/** What of docs/pipelines.md is so at GitHub, and what is not. */
export const judgeGitHub = (settings: GitHubSettings, { repository, guarded }: Subject): Check[] => [
  ...judgeEnvironments(settings, guarded),
  ...judgeBranch(settings),
  judgeForks(settings, repository),
  ...judgeWorkflow(settings, repository),
];

/** Rulesets and the branch's own protection: the stricter one counts. */
function judgeBranch({ branch, rules, protection }: GitHubSettings): Check[] {
  const todo = `Settings → Rules → Rulesets, for ${branch}:`;
  const demanded = (of: (guard: Guard) => Judged): readonly Reading<Judged>[] => [
    mapped(rules, (all) => of(guardOfRules(all))),
    mapped(protection, (one) => of(guardOfProtection(one))),
  ];
  const judge = (places: readonly Reading<Judged>[]) => () => anyOf(distinct(places));
  const read = { value: undefined };
  return [
    check(
      {
        id: "branch-reviews",
        about: branch,
        wanted: "one approval or more",
        todo: `${todo} Require a pull request before merging, with an approval`,
      },
      read,
      judge(
        demanded(({ approvals }) => ({
          holds: approvals > 0,
          found: approvals === 0 ? "no approval" : `${approvals} of them`,
        })),
      ),
    ),
    check(
      {
        id: "branch-code-owners",
        about: branch,
        wanted: "code owners review",
        todo: `${todo} Require review from Code Owners`,
      },
      read,
      judge(
        demanded(({ codeOwners }) => ({
          holds: codeOwners,
          found: codeOwners ? "they do" : "they need not",
        })),
      ),
    ),
    check(
      { id: "branch-force-push", about: branch, wanted: "refused", todo: `${todo} Block force pushes` },
      read,
      judge(demanded(({ forcePush }) => ({ holds: !forcePush, found: forcePush ? "allowed" : "refused" }))),
    ),
  ];
}

interface Guard {
  readonly approvals: number;
  readonly codeOwners: boolean;
  readonly forcePush: boolean;
}

function guardOfRules(rules: readonly Rule[]): Guard {
  const reviews = rules.filter(({ type }) => type === "pull_request").map(({ parameters }) => parameters);
  return {
    approvals: Math.max(0, ...reviews.map((one) => one?.required_approving_review_count ?? 0)),
    codeOwners: reviews.some((one) => one?.require_code_owner_review === true),
    forcePush: !rules.some(({ type }) => type === "non_fast_forward"),
  };
}

/** A protected branch takes no force push, unless it was allowed. */
const guardOfProtection = (protection: Protection | undefined): Guard => ({
  approvals: protection?.required_pull_request_reviews?.required_approving_review_count ?? 0,
  codeOwners: protection?.required_pull_request_reviews?.require_code_owner_reviews ?? false,
  forcePush: protection === undefined || protection.allow_force_pushes?.enabled === true,
});

/** Two places that say the same say it once. */
function distinct(places: readonly Reading<Judged>[]): readonly Reading<Judged>[] {
  const texts = places.map((place) => JSON.stringify(place));
  return places.filter((_, at) => texts.indexOf(texts[at] ?? "") === at);
}

const ACTIONS = "Settings → Actions → General";

function judgeForks({ forks }: GitHubSettings, about: string): Check {
  const todo = `${ACTIONS} → Fork pull request workflows: neither write tokens nor secrets and variables`;
  return check({ id: "forks", about, wanted: "no secret, and no token that writes", todo }, forks, (sent) => {
    if (!sent) return { holds: true, found: "a public repository, whose forks GitHub itself gives none" };
    if (!sent.run_workflows_from_fork_pull_requests)
      return { holds: true, found: "their workflows do not run" };
    const given = [
      sent.send_secrets_and_variables && "secrets and variables",
      sent.send_write_tokens_to_workflows && "a token that writes",
    ].filter((one) => one !== false);
    return {
      holds: given.length === 0,
      found: given.length === 0 ? "they get neither" : `they get ${given.join(" and ")}`,
    };
  });
}

function judgeWorkflow({ workflow }: GitHubSettings, about: string): Check[] {
  const where = `${ACTIONS} → Workflow permissions`;
  return [
    check(
      {
        id: "workflow-token",
        about,
        wanted: "read",
        todo: `${where}: Read repository contents and packages`,
      },
      mapped(workflow, (one) => one.default_workflow_permissions),
      (permission) => ({ holds: permission === "read", found: permission }),
    ),
    check(
      {
        id: "workflow-approvals",
        about,
        wanted: "Actions approve no pull request",
        todo: `${where} → Allow GitHub Actions to create and approve pull requests: off`,
      },
      mapped(workflow, (one) => one.can_approve_pull_request_reviews),
      (may) => either(!may, "they may not", "they may"),
    ),
  ];
}
