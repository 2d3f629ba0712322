import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Check } from "../../../../src/platforms/check.ts";
import { judgeGitLab } from "../../../../src/platforms/gitlab/judge.ts";
import type { GitLabSettings, ProtectedBranch, Variable } from "../../../../src/platforms/gitlab/settings.ts";

const STAGES = ["foundation", "canary-25"];
const CLOSED = { unreadable: "403 Forbidden" };

const variable = (key: string, isProtected: boolean, scope = "*"): Variable => ({
  key,
  protected: isProtected,
  environment_scope: scope,
});

const SHARED = [variable("PULUMI_BACKEND_URL", false), variable("GOOGLE_IDENTITY_PROVIDER", false)];
const ACCOUNTS = [
  variable("GOOGLE_SERVICE_ACCOUNT", false, "preview"),
  variable("GOOGLE_SERVICE_ACCOUNT", true, "foundation"),
  variable("GOOGLE_SERVICE_ACCOUNT", true, "canary-*"),
];

const guarded = (changed: Partial<ProtectedBranch> = {}): ProtectedBranch => ({
  name: "main",
  push_access_levels: [{ access_level: 0 }],
  allow_force_push: false,
  code_owner_approval_required: true,
  ...changed,
});

const approvals = (approvals_required: number, changed: object = {}) => ({
  rule_type: "regular",
  approvals_required,
  protected_branches: [],
  applies_to_all_protected_branches: false,
  ...changed,
});

/** All as docs/pipelines.md asks, but for what is changed. */
function settings(changed: Partial<GitLabSettings> = {}): GitLabSettings {
  return {
    branch: "main",
    forkPipelines: false,
    variablesRole: "no_one_allowed",
    environments: { value: ["preview", ...STAGES] },
    protectedEnvironments: { value: STAGES.map((name) => ({ name, deploy_access_levels: [{}] })) },
    protectedBranches: { value: [guarded()] },
    approvalRules: { value: [approvals(1)] },
    variables: { value: [...SHARED, ...ACCOUNTS] },
    groups: [],
    ...changed,
  };
}

const judged = (changed: Partial<GitLabSettings> = {}): Check[] =>
  judgeGitLab(settings(changed), { repository: "acme/shop", guarded: STAGES });

const wrong = (changed: Partial<GitLabSettings>): string[] =>
  judged(changed)
    .filter(({ outcome }) => outcome !== "holds")
    .map(({ outcome, id, about, found }) => `${outcome} ${id} ${about}: ${found}`);

describe("GitLab's settings", () => {
  it("are well as docs/pipelines.md asks for them, each demand looked at", () => {
    assert.deepEqual(wrong({}), []);
    const ids = judged().map(({ id, about }) => `${id} ${about}`);
    assert.equal(new Set(ids).size, ids.length);
    // Two of the preview, four of each other environment, four of the branch, two of the project.
    assert.equal(ids.length, 2 + 2 * 4 + 4 + 2);
  });

  it("lack an environment, unless it is protected before its first job", () => {
    const environments = { value: ["preview", "foundation"] };
    assert.deepEqual(wrong({ environments }), []);
    assert.deepEqual(wrong({ environments: CLOSED }), [
      `unreadable environment preview: ${CLOSED.unreadable}`,
    ]);
    const protectedEnvironments = { value: [{ name: "foundation", deploy_access_levels: [{}] }] };
    assert.deepEqual(wrong({ environments, protectedEnvironments }), [
      "broken environment canary-25: not there",
    ]);
  });

  it("name nobody who may deploy", () => {
    const first = { name: "foundation", deploy_access_levels: [{}] };
    assert.deepEqual(wrong({ protectedEnvironments: { value: [first] } }), [
      "broken environment-reviewers canary-25: everybody who may push",
    ]);
    const nobody = { name: "canary-25", deploy_access_levels: [] };
    assert.deepEqual(wrong({ protectedEnvironments: { value: [first, nobody] } }), [
      "broken environment-reviewers canary-25: nobody may",
    ]);
  });

  it("give the account of a stage to every branch, by its own scope or by one that covers it", () => {
    for (const scope of ["canary-25", "*", "*-25"]) {
      const open = variable("GOOGLE_SERVICE_ACCOUNT", false, scope);
      const found = `for every branch, with the scope ${scope}`;
      const about = scope === "*" ? STAGES : ["canary-25"];
      assert.deepEqual(
        wrong({ variables: { value: [...SHARED, ...ACCOUNTS, open] } }),
        about.map((name) => `broken environment-branch ${name}: ${found}`),
      );
    }
  });

  it("protect what a preview needs, which it does not get then", () => {
    const [backend = variable("", true), ...others] = SHARED;
    const value = [{ ...backend, protected: true }, ...others, ...ACCOUNTS];
    assert.deepEqual(wrong({ variables: { value } }), ["broken variables preview: no PULUMI_BACKEND_URL"]);
  });

  it("have variables in the groups above, which are asked for as well", () => {
    const shared = { group: "acme", variables: { value: SHARED } };
    assert.deepEqual(wrong({ variables: { value: ACCOUNTS }, groups: [shared] }), []);
    const open = { group: "acme", variables: { value: [variable("GOOGLE_SERVICE_ACCOUNT", false)] } };
    assert.deepEqual(wrong({ groups: [open] }), [
      "broken group-variables acme: for every branch, with the scope *",
    ]);
    const closed = { group: "acme", variables: CLOSED };
    assert.deepEqual(wrong({ groups: [closed] }), [`unreadable group-variables acme: ${CLOSED.unreadable}`]);
    assert.deepEqual(
      wrong({ variables: { value: ACCOUNTS }, groups: [closed] }).map((line) => line.split(":")[0]),
      ["preview", ...STAGES]
        .map((name) => `unreadable variables ${name}`)
        .concat("unreadable group-variables acme"),
    );
  });

  it("leave the branch open", () => {
    assert.deepEqual(wrong({ protectedBranches: { value: [] } }), [
      "broken branch-push main: not protected",
      "broken branch-code-owners main: not protected",
      "broken branch-force-push main: not protected",
    ]);
    const open = guarded({ push_access_levels: [{ access_level: 0 }, { access_level: 40 }] });
    assert.deepEqual(wrong({ protectedBranches: { value: [open] } }), [
      "broken branch-push main: some may push without",
    ]);
  });

  it("count the most permissive of several patterns, and no others", () => {
    const loose = (name: string) => ({
      value: [guarded(), guarded({ name, allow_force_push: true, code_owner_approval_required: false })],
    });
    assert.deepEqual(wrong({ protectedBranches: loose("release-*") }), []);
    assert.deepEqual(wrong({ protectedBranches: loose("ma*") }), [
      "broken branch-code-owners main: they need not",
      "broken branch-force-push main: allowed",
    ]);
  });

  it("do not say whether code owners approve, as in a tier without them", () => {
    assert.deepEqual(
      wrong({ protectedBranches: { value: [guarded({ code_owner_approval_required: undefined })] } }),
      ["unreadable branch-code-owners main: the answer does not say it"],
    );
  });

  it("ask for no approval, or for one of another branch or of a scanner's findings", () => {
    const none = ["broken branch-reviews main: no approval"];
    assert.deepEqual(wrong({ approvalRules: { value: [] } }), none);
    assert.deepEqual(wrong({ approvalRules: { value: [approvals(0)] } }), none);
    const others = [
      approvals(2, { protected_branches: [{ name: "release-*" }] }),
      approvals(2, { rule_type: "report_approver" }),
    ];
    assert.deepEqual(wrong({ approvalRules: { value: others } }), none);
    const own = approvals(1, { protected_branches: [{ name: "ma*" }] });
    assert.deepEqual(wrong({ approvalRules: { value: [...others, own] } }), []);
    const all = approvals(1, {
      protected_branches: [{ name: "x" }],
      applies_to_all_protected_branches: true,
    });
    assert.deepEqual(wrong({ approvalRules: { value: [all] } }), []);
  });

  it("run pipelines of forks, and let somebody set variables of pipelines", () => {
    assert.deepEqual(wrong({ forkPipelines: true, variablesRole: "maintainer" }), [
      "broken forks acme/shop: a member may run them here",
      "broken pipeline-variables acme/shop: maintainer",
    ]);
    assert.deepEqual(wrong({ forkPipelines: undefined, variablesRole: undefined }), [
      "unreadable forks acme/shop: the answer does not say it",
      "unreadable pipeline-variables acme/shop: the answer does not say it",
    ]);
  });

  it("that cannot be read are neither well nor wrong", () => {
    const all = judged({
      environments: CLOSED,
      protectedEnvironments: CLOSED,
      protectedBranches: CLOSED,
      approvalRules: CLOSED,
      variables: CLOSED,
      forkPipelines: undefined,
      variablesRole: undefined,
    });
    assert.deepEqual(new Set(all.map(({ outcome }) => outcome)), new Set(["unreadable"]));
    assert.equal(all.length, judged().length);
  });
});
