import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { UserError } from "../../../src/errors.ts";
import type { PlatformName } from "../../../src/platforms/expected.ts";
import { PLATFORMS } from "../../../src/platforms/platform.ts";
import { readerOf } from "../../../src/platforms/reader.ts";
import {
  type Answers,
  type FakePlatform,
  GUARDED,
  githubAnswers,
  gitlabAnswers,
  refused,
  servePlatform,
  VALUE,
} from "../../support/platforms.ts";

let server: FakePlatform | undefined;
afterEach(() => server?.close());

/** Examines a repository of a server of the test's own. */
async function examined(name: PlatformName, answers: Answers) {
  server = await servePlatform(answers);
  const platform = PLATFORMS[name];
  const signal = new AbortController().signal;
  const reader = readerOf({ api: new URL(server.url), token: "t", signal, ...platform.access });
  const repository = name === "github" ? "acme/shop" : "acme/web/shop";
  return platform.examine(reader, { repository, guarded: GUARDED });
}

const wrong = async (name: PlatformName, answers: Answers): Promise<string[]> =>
  (await examined(name, answers)).checks
    .filter(({ outcome }) => outcome !== "holds")
    .map(({ outcome, id, about, found }) => `${outcome} ${id} ${about}: ${found}`);

const paths = () => (server?.requests ?? []).map(({ url = "" }) => url.replace(/\?.*/, ""));

describe("GitHub, examined", () => {
  const at = "/repos/acme/shop";

  it("holds where all is as it is asked for, with no value of a variable kept, and nothing written", async () => {
    const { branch, checks } = await examined("github", githubAnswers());
    assert.equal(branch, "main");
    assert.deepEqual([...new Set(checks.map(({ outcome }) => outcome))], ["holds"]);
    assert.ok(!JSON.stringify(checks).includes(VALUE));
    assert.deepEqual(new Set(server?.requests.map(({ method }) => method)), new Set(["GET"]));
    assert.ok(paths().includes(`${at}/actions/organization-variables`));
  });

  it("asks for each thing once", async () => {
    await examined("github", githubAnswers());
    assert.equal(new Set(paths()).size, paths().length);
  });

  it("asks a person's public repository for no organization, and for no settings of private forks", async () => {
    const repository = { default_branch: "main", private: false, owner: { type: "User" } };
    const { [`${at}/actions/organization-variables`]: _, ...answers } = githubAnswers();
    assert.deepEqual(await wrong("github", { ...answers, [at]: repository }), []);
    assert.ok(!paths().some((path) => /organization|fork/.test(path)));
  });

  it("says what a token may not read, and judges what it may", async () => {
    const closed = refused(403, { message: "Resource not accessible by personal access token" });
    const answers = {
      ...githubAnswers(),
      [`${at}/branches/main/protection`]: closed,
      [`${at}/rules/branches/main`]: [{ type: "non_fast_forward" }],
      [`${at}/actions/permissions/workflow`]: closed,
      [`${at}/environments/canary-25/deployment-branch-policies`]: closed,
    };
    const reason = "403 Resource not accessible by personal access token";
    assert.deepEqual(await wrong("github", answers), [
      `unreadable environment-branch canary-25: ${reason}`,
      `unreadable branch-reviews main: ${reason}`,
      `unreadable branch-code-owners main: ${reason}`,
      `unreadable workflow-token acme/shop: ${reason}`,
      `unreadable workflow-approvals acme/shop: ${reason}`,
    ]);
  });

  it("tells a branch that is not protected from one whose protection is hidden", async () => {
    const open: Answers = { ...githubAnswers(), [`${at}/rules/branches/main`]: [] };
    assert.equal((await wrong("github", open)).filter((line) => line.startsWith("broken branch-")).length, 3);
    await server?.close();
    const { [`${at}/branches/main/protection`]: _, ...hidden } = open;
    assert.equal(
      (await wrong("github", hidden)).filter((line) => line.startsWith("unreadable branch-")).length,
      3,
    );
  });

  it("looks for environments on every page", async () => {
    const { [`${at}/environments`]: list, ...answers } = githubAnswers();
    const { environments } = list as { environments: object[] };
    const paged: Answers[string] = ({ url, headers }, response) => {
      const isSecond = url?.includes("page=2");
      const next = `<http://${headers.host}${at}/environments?page=2>; rel="next"`;
      if (!isSecond) response.setHeader("Link", next);
      response.end(
        JSON.stringify({ environments: isSecond ? environments.slice(3) : environments.slice(0, 3) }),
      );
    };
    assert.deepEqual(await wrong("github", { ...answers, [`${at}/environments`]: paged }), []);
  });

  it("is not examined where the repository is not to be seen", async () => {
    await assert.rejects(examined("github", {}), (error: UserError) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.message, "GitHub does not show acme/shop: 404 Not Found");
      return true;
    });
  });
});

describe("GitLab, examined", () => {
  const at = "/projects/acme%2Fweb%2Fshop";

  it("holds where all is as it is asked for, with no value of a variable kept, and nothing written", async () => {
    const { branch, checks } = await examined("gitlab", gitlabAnswers());
    assert.equal(branch, "main");
    assert.deepEqual([...new Set(checks.map(({ outcome }) => outcome))], ["holds"]);
    assert.ok(!JSON.stringify(checks).includes(VALUE));
    assert.deepEqual(new Set(server?.requests.map(({ method }) => method)), new Set(["GET"]));
    assert.deepEqual(
      checks.filter(({ id }) => id === "group-variables").map(({ about }) => about),
      ["acme/web", "acme"],
    );
  });

  it("says what a token may not read, or a tier does not have, and judges what it may", async () => {
    const {
      [`${at}/protected_environments`]: _,
      [`${at}/approval_rules`]: _rules,
      ...answers
    } = gitlabAnswers();
    const closed = { ...answers, "/groups/acme/variables": refused(403, { message: "403 Forbidden" }) };
    assert.deepEqual(await wrong("gitlab", closed), [
      ...GUARDED.map((name) => `unreadable environment-reviewers ${name}: 404 Not Found`),
      "unreadable group-variables acme: 403 Forbidden",
      "unreadable branch-reviews main: 404 Not Found",
    ]);
  });

  it("asks no group of a person's project, and says what is said to Maintainers alone", async () => {
    const project = { default_branch: "main", namespace: { kind: "user", full_path: "alice" } };
    assert.deepEqual(await wrong("gitlab", { ...gitlabAnswers(), [at]: project }), [
      "unreadable forks acme/web/shop: the answer does not say it",
      "unreadable pipeline-variables acme/web/shop: the answer does not say it",
    ]);
    assert.ok(!paths().some((path) => path.startsWith("/groups")));
  });

  it("is not examined where the project is not to be seen, or is empty", async () => {
    await assert.rejects(examined("gitlab", { [at]: refused(401, { message: "401 Unauthorized" }) }), {
      message: "GitLab does not show acme/web/shop: 401 Unauthorized",
    });
    await server?.close();
    const project = { default_branch: null, namespace: { kind: "user", full_path: "alice" } };
    await assert.rejects(examined("gitlab", { [at]: project }), {
      message: "acme/web/shop has no branch yet",
    });
  });
});
