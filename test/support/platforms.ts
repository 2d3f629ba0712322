import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listenOnLoopback } from "./loopback.ts";

/** What stands at a path: a body that is answered with 200, or something of its own. */
type Answer = object | ((request: IncomingMessage, response: ServerResponse) => void);

/** Answers by path, without the query. */
export type Answers = Record<string, Answer>;

/** A platform of a test's own. */
export interface FakePlatform {
  /** Without a slash at its end. */
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  close(): Promise<void>;
}

/** Serves answers on this machine alone; what has none is answered with 404, as both platforms do for what is hidden. */
export async function servePlatform(answers: Answers, prefix = ""): Promise<FakePlatform> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const { pathname } = new URL(request.url ?? "", "http://127.0.0.1");
    const answer = pathname.startsWith(prefix) ? answers[pathname.slice(prefix.length)] : undefined;
    if (typeof answer === "function") return answer(request, response);
    respond(response, answer === undefined ? 404 : 200, answer ?? { message: "Not Found" });
  });
  const { url, close } = await listenOnLoopback(server);
  return { url: `${url}${prefix}`, requests, close };
}

function respond(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

/** An answer that is none: with a status, and the words of the platform. */
export const refused =
  (status: number, body: object): Answer =>
  (_request, response) =>
    respond(response, status, body);

export const GUARDED = ["foundation", "canary-0", "canary-25", "canary-75", "canary-100"] as const;

const NAMES = ["PULUMI_BACKEND_URL", "GOOGLE_IDENTITY_PROVIDER", "GOOGLE_SERVICE_ACCOUNT"];

/** A value that no output may have in it. */
export const VALUE = "the-value-of-a-variable";

/** The answers of GitHub for `acme/shop`, in which all is as docs/pipelines.md asks. */
export function githubAnswers(): Answers {
  const at = "/repos/acme/shop";
  const variables = { total_count: 3, variables: NAMES.map((name) => ({ name, value: VALUE })) };
  const environments = [
    { id: 1, name: "preview", protection_rules: [], deployment_branch_policy: null, can_admins_bypass: true },
    ...GUARDED.map((name, id) => ({ id: id + 2, name, ...guards })),
  ];
  return {
    [at]: { id: 1, name: "shop", private: true, default_branch: "main", owner: { type: "Organization" } },
    [`${at}/environments`]: { total_count: environments.length, environments },
    ...Object.fromEntries(
      environments.map(({ name }) => [`${at}/environments/${name}/variables`, variables]),
    ),
    ...Object.fromEntries(
      GUARDED.map((name) => [
        `${at}/environments/${name}/deployment-branch-policies`,
        { total_count: 1, branch_policies: [{ id: 1, name: "main", type: "branch" }] },
      ]),
    ),
    [`${at}/actions/variables`]: { total_count: 0, variables: [] },
    [`${at}/actions/organization-variables`]: { total_count: 0, variables: [] },
    [`${at}/rules/branches/main`]: [
      { type: "non_fast_forward", ruleset_id: 1 },
      {
        type: "pull_request",
        ruleset_id: 1,
        parameters: { required_approving_review_count: 1, require_code_owner_review: true },
      },
    ],
    [`${at}/branches/main/protection`]: refused(404, { message: "Branch not protected" }),
    [`${at}/actions/permissions/workflow`]: {
      default_workflow_permissions: "read",
      can_approve_pull_request_reviews: false,
    },
    [`${at}/actions/permissions/fork-pr-workflows-private-repos`]: {
      run_workflows_from_fork_pull_requests: true,
      send_write_tokens_to_workflows: false,
      send_secrets_and_variables: false,
      require_approval_for_fork_pr_workflows: true,
    },
  };
}

/** What each environment but the preview's has. */
export const guards = {
  can_admins_bypass: false,
  protection_rules: [
    {
      id: 1,
      type: "required_reviewers",
      prevent_self_review: true,
      reviewers: [{ type: "User", reviewer: {} }],
    },
    { id: 2, type: "branch_policy" },
  ],
  deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
};

/** The answers of GitLab for `acme/web/shop`, in which all is as docs/pipelines.md asks. */
export function gitlabAnswers(): Answers {
  const at = "/projects/acme%2Fweb%2Fshop";
  const variable = (key: string, isProtected: boolean, scope: string) => ({
    key,
    value: VALUE,
    protected: isProtected,
    environment_scope: scope,
  });
  return {
    [at]: {
      id: 1,
      default_branch: "main",
      namespace: { kind: "group", full_path: "acme/web" },
      ci_allow_fork_pipelines_to_run_in_parent_project: false,
      ci_pipeline_variables_minimum_override_role: "no_one_allowed",
    },
    [`${at}/environments`]: ["preview", ...GUARDED].map((name, id) => ({ id, name })),
    [`${at}/protected_environments`]: GUARDED.map((name) => ({
      name,
      deploy_access_levels: [{ access_level: 40 }],
    })),
    [`${at}/protected_branches`]: [
      {
        name: "main",
        push_access_levels: [{ access_level: 0 }],
        allow_force_push: false,
        code_owner_approval_required: true,
      },
    ],
    [`${at}/approval_rules`]: [{ name: "All", rule_type: "any_approver", approvals_required: 1 }],
    [`${at}/variables`]: [
      variable("PULUMI_BACKEND_URL", false, "*"),
      variable("GOOGLE_IDENTITY_PROVIDER", false, "*"),
      variable("GOOGLE_SERVICE_ACCOUNT", false, "preview"),
      variable("GOOGLE_SERVICE_ACCOUNT", true, "foundation"),
      variable("GOOGLE_SERVICE_ACCOUNT", true, "canary-*"),
    ],
    "/groups/acme%2Fweb/variables": [],
    "/groups/acme/variables": [],
  };
}
