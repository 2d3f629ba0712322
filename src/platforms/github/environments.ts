import {
  type Check,
  check,
  type Demand,
  either,
  isRead,
  type Judgement,
  mapped,
  type Reading,
} from "../check.ts";
import { PREVIEW } from "../expected.ts";
import { judgeVariables, VARIABLES } from "../variables.ts";
import type { Environment, GitHubSettings } from "./settings.ts";

/** What is asked of each environment. One that is not there has nothing else to be looked at. */
export function judgeEnvironments(settings: GitHubSettings, guarded: readonly string[]): Check[] {
  return [PREVIEW, ...guarded].flatMap((name) => {
    const found = mapped(settings.environments, (all) => all.find((one) => one.name === name));
    const exists = check(demands(name, settings.branch).exists, found, (environment) =>
      either(environment !== undefined, "there", "not there"),
    );
    if (exists.outcome === "broken") return [exists];
    const needed = demands(name, settings.branch).variables;
    const variables = check(needed, { value: variablesOf(settings, name) }, judgeVariables);
    const guards = name === PREVIEW ? [] : judgeGuards(settings, name, found);
    return [exists, ...guards, variables];
  });
}

/** What stands between a job and what it changes. */
function judgeGuards(
  settings: GitHubSettings,
  name: string,
  environment: Reading<Environment | undefined>,
): Check[] {
  const { branch, reviewers, selfReview, bypass } = demands(name, settings.branch);
  const rules = mapped(environment, (one) =>
    (one?.protection_rules ?? []).filter(({ type }) => type === "required_reviewers"),
  );
  const count = mapped(rules, (all) => all.reduce((sum, rule) => sum + (rule.reviewers?.length ?? 0), 0));
  const prevents = mapped(rules, (all) => all.some((rule) => rule.prevent_self_review === true));
  const hasNobody = isRead(count) && count.value === 0;
  return [
    check(branch, environment, (one) => judgeBranches(settings, name, one?.deployment_branch_policy ?? null)),
    check(reviewers, count, (persons) => either(persons > 0, countText(persons), "no reviewers")),
    // Without reviewers nobody approves, oneself neither.
    ...(hasNobody
      ? []
      : [check(selfReview, prevents, (is) => either(is, "not by oneself", "also by oneself"))]),
    check(bypass, environment, (one) => {
      const may = one?.can_admins_bypass;
      return either(may === undefined ? undefined : !may, "nobody may", "administrators may");
    }),
  ];
}

function judgeBranches(
  { branch, policies }: GitHubSettings,
  name: string,
  policy: Environment["deployment_branch_policy"],
): Judgement {
  if (policy === null) return { holds: false, found: "any branch" };
  if (!policy.custom_branch_policies) return { holds: false, found: "every protected branch" };
  const own = policies[name] ?? { unreadable: "not read" };
  if (!isRead(own)) return own;
  const named = own.value.map((one) => (one.type === "branch" ? one.name : `${one.type} ${one.name}`));
  return { holds: named.length === 1 && named[0] === branch, found: named.join(", ") || "no branch" };
}

/** Where a job of an environment has its variables from. */
function variablesOf({ variables }: GitHubSettings, name: string): Reading<(name: string) => boolean>[] {
  const own = variables.environments[name] ?? { unreadable: "not read" };
  return [own, ...variables.above].map((place) =>
    mapped(place, (names) => (variable: string) => names.includes(variable)),
  );
}

const countText = (count: number): string => `${count} reviewer${count === 1 ? "" : "s"}`;

const WHERE = "Settings → Environments";

function demands(about: string, branch: string) {
  return {
    exists: { id: "environment", about, wanted: "there", todo: `${WHERE} → New environment` },
    branch: {
      id: "environment-branch",
      about,
      wanted: `${branch} alone`,
      todo: `${WHERE} → each → Deployment branches and tags → Selected branches and tags: ${branch} alone`,
    },
    reviewers: {
      id: "environment-reviewers",
      about,
      wanted: "one reviewer or more",
      todo: `${WHERE} → each → Required reviewers`,
    },
    selfReview: {
      id: "environment-self-review",
      about,
      wanted: "not by oneself",
      todo: `${WHERE} → each → Prevent self-review`,
    },
    bypass: {
      id: "environment-bypass",
      about,
      wanted: "nobody may",
      todo: `${WHERE} → each → Allow administrators to bypass configured protection rules: off`,
    },
    variables: {
      id: "variables",
      about,
      wanted: VARIABLES.join(", "),
      todo: `${WHERE} → each → Environment variables`,
    },
  } as const satisfies Record<string, Demand>;
}
