import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, it } from "mocha";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { doctorSchema } from "../../../src/results/schemas.ts";
import { canary, type Ended } from "../../support/fake-session.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import {
  type Answers,
  type FakePlatform,
  githubAnswers,
  gitlabAnswers,
  guards,
  refused,
  servePlatform,
  VALUE,
} from "../../support/platforms.ts";

const TOKEN = "ghp_the-token-of-the-test";
const AT = "/repos/acme/shop";

let world: FakeWorld;
let platform: FakePlatform | undefined;
let folder: string | undefined;
const before = { GITHUB_TOKEN: process.env.GITHUB_TOKEN, GITLAB_TOKEN: process.env.GITLAB_TOKEN };

function setToken(name: keyof typeof before, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

beforeEach(() => {
  world = new FakeWorld();
  setToken("GITHUB_TOKEN", TOKEN);
  setToken("GITLAB_TOKEN", TOKEN);
});

afterEach(async () => {
  setToken("GITHUB_TOKEN", before.GITHUB_TOKEN);
  setToken("GITLAB_TOKEN", before.GITLAB_TOKEN);
  await world.close();
  await platform?.close();
  platform = undefined;
  if (folder !== undefined) await rm(folder, { recursive: true });
  folder = undefined;
});

async function onGitHub(answers: Answers, ...words: readonly string[]): Promise<Ended> {
  platform = await servePlatform(answers);
  const where = ["--platform", "github", "--repository", "acme/shop", "--api", platform.url];
  return canary(world, "doctor", ...where, ...words);
}

/** The world's project in a repository that has a remote. */
async function withOrigin(address: string): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), "canary-doctor-"));
  const git = execa({ cwd: folder });
  await git`git init --quiet`;
  await git`git remote add origin ${address}`;
  world.project = { ...world.project, directory: folder };
}

/** GitHub with one environment of any branch and nobody to review, and with what an ordinary token may not read. */
function someWrong(): Answers {
  const { [`${AT}/environments`]: list, ...answers } = githubAnswers();
  const { environments } = list as { environments: { name: string }[] };
  const changed = environments
    .filter(({ name }) => name !== "canary-0")
    .map((one) =>
      /canary-(75|100)/.test(one.name)
        ? { ...one, ...guards, protection_rules: [], deployment_branch_policy: null }
        : one,
    );
  const closed = refused(403, { message: "Resource not accessible by personal access token" });
  return {
    ...answers,
    [`${AT}/environments`]: { environments: changed },
    [`${AT}/actions/permissions/workflow`]: closed,
  };
}

describe("canary doctor", () => {
  it("ends with 0 where all is as docs/pipelines.md asks", async () => {
    const { exitCode, stdout } = await onGitHub(githubAnswers());
    assert.equal(exitCode, 0, stdout);
    assert.equal(stdout, "GitHub acme/shop, branch main: 38 of 38 settings are as docs/pipelines.md asks\n");
  });

  it("prints what docs/pipelines.md shows, and ends with 4", async () => {
    const { exitCode, stdout, stderr } = await onGitHub(someWrong());
    assert.equal(exitCode, 4, stderr);
    const document = await readFile(join(PROJECT_ROOT, "docs", "pipelines.md"), "utf8");
    assert.ok(document.includes(`\`\`\`\n${stdout}\`\`\`\n`), stdout);
  });

  it("says as JSON what its schema says", async () => {
    const { exitCode, stdout } = await onGitHub(someWrong(), "--json");
    assert.equal(exitCode, 4);
    const { checks, ...of } = doctorSchema.parse(JSON.parse(stdout));
    assert.deepEqual(of, {
      platform: "github",
      api: `${platform?.url}/`,
      repository: "acme/shop",
      branch: "main",
    });
    const found = (id: string, about: string) => checks.find((one) => one.id === id && one.about === about);
    assert.equal(found("environment-branch", "canary-75")?.found, "any branch");
    assert.equal(found("environment-branch", "canary-25")?.outcome, "holds");
    assert.equal(found("workflow-token", "acme/shop")?.outcome, "unreadable");
  });

  it("ends with 5 where nothing is wrong, and something cannot be read", async () => {
    const closed = { [`${AT}/actions/permissions/workflow`]: refused(404, { message: "Not Found" }) };
    const { exitCode, stdout } = await onGitHub({ ...githubAnswers(), ...closed });
    assert.equal(exitCode, 5);
    assert.match(stdout, /36 of 38 settings are as docs\/pipelines\.md asks, 2 unreadable$/m);
    assert.match(stdout, /workflow-token of acme\/shop: not readable with this token \(404 Not Found\)$/m);
    assert.match(stdout, /^To read all of it, take a fine-grained token that reads /m);
  });

  it("ends with 1 where the repository is not to be seen", async () => {
    const { exitCode, stderr } = await onGitHub({});
    assert.equal(exitCode, 1);
    assert.match(stderr, /GitHub does not show acme\/shop: 404 Not Found/);
  });

  it("prints neither the token nor the value of a variable", async () => {
    for (const words of [[], ["--json"]]) {
      const { stdout, stderr } = await onGitHub(someWrong(), ...words);
      assert.ok(!`${stdout}${stderr}`.includes(TOKEN) && !stdout.includes(VALUE));
      assert.equal(platform?.requests[0]?.headers.authorization, `Bearer ${TOKEN}`);
      await platform?.close();
    }
  });

  it("has the platform's words printable, and exact in JSON", async () => {
    const said = "no\u001b[2J\nall well\u202e";
    const words = { [`${AT}/actions/permissions/workflow`]: refused(403, { message: said }) };
    const { stdout } = await onGitHub({ ...githubAnswers(), ...words });
    assert.match(stdout, /not readable with this token \(403 no all well\ufffd\)$/m);
    await platform?.close();
    const json = await onGitHub({ ...githubAnswers(), ...words }, "--json");
    const { checks } = doctorSchema.parse(JSON.parse(json.stdout));
    assert.equal(checks.find(({ id }) => id === "workflow-token")?.found, `403 ${said}`);
    assert.ok(!json.stdout.includes("\u001b") && !json.stdout.includes("\u202e"));
  });

  it("finds the repository by the remote origin, at GitLab on a server of one's own", async () => {
    await withOrigin("ssh://git@git.example.com/acme/web/shop.git");
    platform = await servePlatform(gitlabAnswers(), "/api/v4");
    const ended = await canary(world, "doctor", "--platform", "gitlab", "--api", platform.url, "--json");
    const { repository, checks } = doctorSchema.parse(JSON.parse(ended.stdout));
    assert.equal(repository, "acme/web/shop");
    assert.ok(
      checks.every(({ outcome }) => outcome === "holds"),
      ended.stdout,
    );
    assert.equal(ended.exitCode, 0);
  });
});

describe("canary doctor, wrongly used", () => {
  const refusedWith = async (words: readonly string[], said: RegExp): Promise<void> => {
    const { exitCode, stdout, stderr } = await canary(world, "doctor", ...words);
    assert.deepEqual([exitCode, stdout], [2, ""], stderr);
    assert.match(stderr, said);
  };

  it("says which token is missing, and what it has to read", async () => {
    setToken("GITHUB_TOKEN", undefined);
    const words = ["--platform", "github", "--repository", "acme/shop"];
    await refusedWith(words, /GITHUB_TOKEN is not set\nSet it to a token .* Administration, Environments/);
  });

  it("says that there is no remote", async () => {
    await refusedWith([], /there is no remote origin\nName the platform: --platform github/);
    await refusedWith(
      ["--platform", "github"],
      /there is no remote origin\nName it .* --repository OWNER\/NAME/,
    );
  });

  it("sends a token to no host that a remote alone names", async () => {
    await withOrigin("git@git.example.com:acme/shop.git");
    await refusedWith([], /is at git\.example\.com, which is no host of GitHub or GitLab/);
    const words = ["--platform", "github"];
    await refusedWith(
      words,
      /no token is sent there unasked\nName its API: --api https:\/\/git\.example\.com\/api\/v3$/,
    );
  });

  for (const repository of ["shop", "acme/shop/more", "acme/..", "acme/sh op"]) {
    it(`takes ${repository} for no repository of GitHub`, async () => {
      const words = ["--platform", "github", "--repository", repository];
      await refusedWith(words, /is no repository of GitHub/);
    });
  }

  for (const api of [
    "http://git.example.com/api/v4",
    "https://a:b@git.example.com",
    "git.example.com",
    "file:///etc",
  ]) {
    it(`sends no token to ${api}`, () =>
      refusedWith(["--api", api], /Give an address that begins with https:/));
  }

  it("knows no other platform", () =>
    refusedWith(["--platform", "gitea"], /Allowed choices are github, gitlab/));
});
