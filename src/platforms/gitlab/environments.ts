import { anyOf, type Check, check, type Demand, type Judgement, mapped, type Reading } from "../check.ts";
import { PREVIEW } from "../expected.ts";
import { matches } from "../glob.ts";
import { ACCOUNT, judgeVariables, VARIABLES } from "../variables.ts";
import type { GitLabSettings, Variable } from "./settings.ts";

/** What is asked of each environment. One that is not there has nothing else to be looked at. */
export function judgeEnvironments(settings: GitLabSettings, guarded: readonly string[]): Check[] {
  const { environments, protectedEnvironments, variables } = settings;
  return [PREVIEW, ...guarded].flatMap((name) => {
    const demanded = demands(name, settings.branch);
    const named = mapped(protectedEnvironments, (all) => all.find((one) => one.name === name));
    const exists = check(demanded.exists, { value: undefined }, () =>
      anyOf([
        mapped(environments, (all) => ({ holds: all.includes(name), found: "not there" })),
        // It can be protected before its first job makes it.
        ...("value" in named && named.value ? [{ value: { holds: true, found: "protected" } }] : []),
      ]),
    );
    if (exists.outcome === "broken") return [exists];
    const needed = check(demanded.variables, { value: variablesOf(settings, name) }, judgeVariables);
    if (name === PREVIEW) return [exists, needed];
    return [
      exists,
      check(demanded.branch, variables, (all) => judgeAccount(all, [name])),
      check(demanded.reviewers, named, (one) => {
        const count = one?.deploy_access_levels.length ?? 0;
        const found = count === 0 ? "nobody may" : `${count} of roles, persons and groups`;
        return { holds: count > 0, found: one ? found : "everybody who may push" };
      }),
      needed,
    ];
  });
}

/** The groups' variables reach the project's jobs too. */
export const judgeGroups = ({ groups }: GitLabSettings, guarded: readonly string[]): Check[] =>
  groups.map(({ group, variables }) =>
    check(
      {
        id: "group-variables",
        about: group,
        wanted: `${ACCOUNT} for protected branches alone`,
        todo: `the group's Settings → CI/CD → Variables → ${ACCOUNT}: protect it, or take it away`,
      },
      variables,
      (all) => judgeAccount(all, guarded),
    ),
  );

/** Whether a job of any branch would have the rights of one of these environments. */
function judgeAccount(variables: readonly Variable[], environments: readonly string[]): Judgement {
  const accounts = variables.filter(
    (one) => one.key === ACCOUNT && environments.some((name) => matches(one.environment_scope, name)),
  );
  const open = accounts.find((one) => !one.protected);
  if (open) return { holds: false, found: `for every branch, with the scope ${open.environment_scope}` };
  return { holds: true, found: accounts.length > 0 ? "for protected branches alone" : "none here" };
}

/** A merge request's branch is not protected: its preview gets no variable that is. */
function variablesOf(
  { variables, groups }: GitLabSettings,
  environment: string,
): Reading<(name: string) => boolean>[] {
  const reaches = (one: Variable): boolean =>
    matches(one.environment_scope, environment) && !(environment === PREVIEW && one.protected);
  return [variables, ...groups.map((one) => one.variables)].map((place) =>
    mapped(place, (all) => (name: string) => all.some((one) => one.key === name && reaches(one))),
  );
}

function demands(about: string, branch: string) {
  const isPreview = about === PREVIEW;
  return {
    exists: { id: "environment", about, wanted: "there", todo: "Operate → Environments → New environment" },
    branch: {
      id: "environment-branch",
      about,
      wanted: `${ACCOUNT} for protected branches alone, of which ${branch} is one`,
      todo: `Settings → CI/CD → Variables → ${ACCOUNT}, of this scope: Protect variable`,
    },
    reviewers: {
      id: "environment-reviewers",
      about,
      wanted: "protected: who may deploy is named",
      todo: "Settings → CI/CD → Protected environments → Allowed to deploy",
    },
    variables: {
      id: "variables",
      about,
      wanted: `${VARIABLES.join(", ")}${isPreview ? ", not protected" : ""}`,
      todo: `Settings → CI/CD → Variables, ${isPreview ? "of the scope preview and not protected" : "of this scope or of all"}`,
    },
  } as const satisfies Record<string, Demand>;
}
