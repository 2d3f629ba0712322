import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Check } from "../../../../src/platforms/check.ts";
import { judgeGitHub } from "../../../../src/platforms/github/judge.ts";
import type { Environment, GitHubSettings } from "../../../../src/platforms/github/settings.ts";
import { VARIABLES } from "../../../../src/platforms/variables.ts";

const STAGES = ["foundation", "canary-25"];
const CLOSED = { unreadable: "403 Resource not accessible by personal access token" };

const environment = (name: string, changed: Partial<Environment> = {}): Environment => ({
  name,
  can_admins_bypass: false,
  protection_rules: [{ type: "required_reviewers", prevent_self_review: true, reviewers: [{}] }],
  deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
  ...changed,
});

const main = { value: [{ name: "main", type: "branch" }] };
const names = { value: VARIABLES };

/** All as docs/pipelines.md asks, but for what is changed. */
function settings(changed: Partial<GitHubSettings> = {}): GitHubSettings {
  return {
    branch: "main",
    environments: {
      value: [
        environment("preview", { protection_rules: [], deployment_branch_policy: null }),
        environment("foundation"),
        environment("canary-25"),
      ],
    },
    policies: { foundation: main, "canary-25": main },
    variables: { environments: { preview: names, foundation: names, "canary-25": names }, above: [] },
    rules: {
      value: [
        { type: "non_fast_forward" },
        {
          type: "pull_request",
          parameters: { required_approving_review_count: 2, require_code_owner_review: true },
        },
      ],
    },
    protection: { value: undefined },
    workflow: { value: { default_workflow_permissions: "read", can_approve_pull_request_reviews: false } },
    forks: { value: undefined },
    ...changed,
  };
}

const judged = (changed: Partial<GitHubSettings> = {}): Check[] =>
  judgeGitHub(settings(changed), { repository: "acme/shop", guarded: STAGES });

/** What does not hold, as `outcome id about: found`. */
const wrong = (changed: Partial<GitHubSettings>): string[] =>
  judged(changed)
    .filter(({ outcome }) => outcome !== "holds")
    .map(({ outcome, id, about, found }) => `${outcome} ${id} ${about}: ${found}`);

/** The settings with `canary-25` changed. */
const withStage = (changed: Partial<Environment>): Partial<GitHubSettings> => ({
  environments: {
    value: [environment("preview"), environment("foundation"), environment("canary-25", changed)],
  },
});

describe("GitHub's settings", () => {
  it("are well as docs/pipelines.md asks for them, each demand looked at", () => {
    assert.deepEqual(wrong({}), []);
    const ids = judged().map(({ id, about }) => `${id} ${about}`);
    assert.equal(new Set(ids).size, ids.length);
    // Two of the preview, six of each other environment, three of the branch, three of the repository.
    assert.equal(ids.length, 2 + 2 * 6 + 3 + 3);
    assert.ok(judged().every(({ todo }) => todo === null));
  });

  it("ask nothing of the preview's branch and reviewers", () => {
    const ofPreview = judged().filter(({ about }) => about === "preview");
    assert.deepEqual(
      ofPreview.map(({ id }) => id),
      ["environment", "variables"],
    );
  });

  it("lack an environment: that alone is said of it, and where to make it", () => {
    const environments = { value: [environment("preview"), environment("foundation")] };
    assert.deepEqual(wrong({ environments }), ["broken environment canary-25: not there"]);
    const [missing] = judged({ environments }).filter(({ outcome }) => outcome === "broken");
    assert.deepEqual(
      [missing?.wanted, missing?.todo],
      ["there", "Settings → Environments → New environment"],
    );
  });

  for (const [what, changed, found] of [
    ["any branch", { deployment_branch_policy: null }, "environment-branch canary-25: any branch"],
    [
      "every protected branch",
      { deployment_branch_policy: { protected_branches: true, custom_branch_policies: false } },
      "environment-branch canary-25: every protected branch",
    ],
    ["no reviewer", { protection_rules: [] }, "environment-reviewers canary-25: no reviewers"],
    [
      "a rule of reviewers that names none",
      { protection_rules: [{ type: "required_reviewers", prevent_self_review: true, reviewers: [] }] },
      "environment-reviewers canary-25: no reviewers",
    ],
    [
      "review by oneself",
      { protection_rules: [{ type: "required_reviewers", prevent_self_review: false, reviewers: [{}] }] },
      "environment-self-review canary-25: also by oneself",
    ],
    [
      "administrators that bypass",
      { can_admins_bypass: true },
      "environment-bypass canary-25: administrators may",
    ],
  ] as const) {
    it(`let ${what} deploy`, () =>
      assert.deepEqual(wrong(withStage(changed as Partial<Environment>)), [`broken ${found}`]));
  }

  it("do not say whether administrators bypass: that is no yes", () => {
    assert.deepEqual(wrong(withStage({ can_admins_bypass: undefined })), [
      "unreadable environment-bypass canary-25: the answer does not say it",
    ]);
  });

  for (const [found, value] of [
    [
      "main, release/*",
      [
        { name: "main", type: "branch" },
        { name: "release/*", type: "branch" },
      ],
    ],
    ["tag main", [{ name: "main", type: "tag" }]],
    ["*", [{ name: "*", type: "branch" }]],
    ["no branch", []],
  ] as const) {
    it(`name ${found} where the default branch alone is asked for`, () => {
      assert.deepEqual(wrong({ policies: { foundation: main, "canary-25": { value } } }), [
        `broken environment-branch canary-25: ${found}`,
      ]);
    });
  }

  it("lack variables: their names are said", () => {
    const environments = {
      preview: names,
      foundation: names,
      "canary-25": { value: ["PULUMI_BACKEND_URL"] },
    };
    const missing = "broken variables canary-25: no GOOGLE_IDENTITY_PROVIDER, no GOOGLE_SERVICE_ACCOUNT";
    assert.deepEqual(wrong({ variables: { environments, above: [{ value: ["OTHER"] }] } }), [missing]);
    assert.deepEqual(wrong({ variables: { environments, above: [{ value: VARIABLES }] } }), []);
    assert.deepEqual(wrong({ variables: { environments, above: [CLOSED] } }), [
      `unreadable variables canary-25: ${CLOSED.unreadable}`,
    ]);
  });

  it("protect the branch by rulesets, by the branch's own protection, or by both", () => {
    const protection = {
      value: {
        required_pull_request_reviews: {
          required_approving_review_count: 1,
          require_code_owner_reviews: true,
        },
        allow_force_pushes: { enabled: false },
      },
    };
    assert.deepEqual(wrong({ rules: { value: [] }, protection }), []);
    assert.deepEqual(wrong({ rules: CLOSED, protection }), []);
    assert.deepEqual(wrong({ protection: CLOSED }), []);
    assert.deepEqual(wrong({ rules: { value: [] } }), [
      "broken branch-reviews main: no approval",
      "broken branch-code-owners main: they need not",
      "broken branch-force-push main: allowed",
    ]);
    assert.deepEqual(wrong({ rules: { value: [] }, protection: CLOSED }), [
      `unreadable branch-reviews main: ${CLOSED.unreadable}`,
      `unreadable branch-code-owners main: ${CLOSED.unreadable}`,
      `unreadable branch-force-push main: ${CLOSED.unreadable}`,
    ]);
    const loose = { value: { allow_force_pushes: { enabled: true } } };
    assert.equal(wrong({ rules: { value: [] }, protection: loose }).length, 3);
  });

  it("send secrets, or a token that writes, to forks of a private repository", () => {
    const forks = (secrets: boolean, token: boolean, run = true) => ({
      value: {
        run_workflows_from_fork_pull_requests: run,
        send_secrets_and_variables: secrets,
        send_write_tokens_to_workflows: token,
      },
    });
    assert.deepEqual(wrong({ forks: forks(false, false) }), []);
    assert.deepEqual(wrong({ forks: forks(true, true, false) }), []);
    assert.deepEqual(wrong({ forks: forks(true, false) }), [
      "broken forks acme/shop: they get secrets and variables",
    ]);
    assert.deepEqual(wrong({ forks: forks(true, true) }), [
      "broken forks acme/shop: they get secrets and variables and a token that writes",
    ]);
  });

  it("give workflows a token that writes, and let them approve", () => {
    const workflow = {
      value: { default_workflow_permissions: "write", can_approve_pull_request_reviews: true },
    };
    assert.deepEqual(wrong({ workflow }), [
      "broken workflow-token acme/shop: write",
      "broken workflow-approvals acme/shop: they may",
    ]);
  });

  it("that cannot be read are neither well nor wrong, whatever they are", () => {
    const all = judged({
      environments: CLOSED,
      variables: { environments: {}, above: [CLOSED] },
      rules: CLOSED,
      protection: CLOSED,
      workflow: CLOSED,
      forks: CLOSED,
    });
    assert.deepEqual(new Set(all.map(({ outcome }) => outcome)), new Set(["unreadable"]));
    assert.equal(all.length, judged().length);
  });
});
