import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, it } from "mocha";
import { parse } from "yaml";
import { quoted } from "../../../local/process/shell.ts";
import {
  githubJobs,
  githubPreview,
  githubStage,
  gitlabJobs,
  type Job,
  PIPELINES,
  resolvedGitlab,
  textOf,
} from "../../support/pipelines.ts";

const { config } = parse(textOf("Pulumi.yaml")) as { config: { lifecycle: { value: string[] } } };
const lifecycle = config.lifecycle.value;
const ABORT = "canary-0";
const FOUNDATION = "foundation";
const { dependencies } = JSON.parse(textOf("package.json")) as { dependencies: Record<string, string> };

/** How a workflow writes an input of its own. */
const inputOf = (name: string): string => ["${{ inputs.", name, " }}"].join("");

/** GitLab's jobs that go back. */
const waysBack = (): Job[] => {
  const { abort, ...jobs } = gitlabJobs();
  const back = Object.values(jobs).filter(({ name }) => name.startsWith("rollback-"));
  return [...back, abort ?? assert.fail("no job abort")];
};

const stagesOf = (jobs: Readonly<Record<string, Job>>) =>
  lifecycle.map((stage) => jobs[stage] ?? assert.fail(`no job for ${stage}`));

describe("pipelines", () => {
  for (const [platform, jobs] of Object.entries({ github: githubJobs(), gitlab: gitlabJobs() })) {
    it(`${platform}: has every stage, each after the one before, behind an environment of its name`, () => {
      for (const [index, job] of stagesOf(jobs).entries()) {
        const before = lifecycle[index - 1];
        assert.deepEqual(job.needs, before === undefined ? [] : [before], job.name);
        assert.equal(job.environment, lifecycle[index]);
      }
    });
  }

  it("gitlab: starts no stage by itself", () => {
    for (const job of stagesOf(gitlabJobs())) assert.ok(job.manual, job.name);
    for (const job of waysBack()) assert.ok(job.manual, job.name);
    assert.equal(gitlabJobs().preview?.manual, false);
  });

  it("offer the abort, and every stage but the last to roll back to", () => {
    const { on } = parse(textOf("pipelines/github/canary-rollback.yml")) as {
      on: { workflow_dispatch: { inputs: { stage: { options: string[] } } } };
    };
    assert.deepEqual(on.workflow_dispatch.inputs.stage.options, [ABORT, ...lifecycle.slice(0, -1)]);
    assert.deepEqual(
      waysBack().map(({ environment }) => environment),
      [...lifecycle.slice(0, -1), ABORT],
    );
  });

  it("gitlab: name each stage in the script itself, which no variable of whoever starts the job changes", () => {
    for (const { name, commands, variables } of Object.values(gitlabJobs())) {
      assert.deepEqual(Object.keys(variables), ["PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER"], name);
      for (const command of commands)
        assert.doesNotMatch(command.replace(/"\$\{SECRETS_PROVIDER:-default\}"/, ""), /\$/, name);
    }
  });

  it("github: let the workflow that goes back only go back", () => {
    const { jobs } = parse(textOf("pipelines/github/canary-rollback.yml")) as {
      jobs: { rollback: { with: object } };
    };
    assert.deepEqual(jobs.rollback.with, { stage: inputOf("stage"), back: true });
    assert.equal(githubStage("canary-25", { back: true }).variables.CANARY_ONLY_BACK, "true");
    assert.equal(githubStage("canary-25").variables.CANARY_ONLY_BACK, "false");
  });

  it("install without running anything of a package, and before there are credentials", () => {
    for (const [file, credentials] of [
      ["pipelines/github/canary.yml", "google-github-actions/auth"],
      ["pipelines/github/canary-stage.yml", "google-github-actions/auth"],
      ["pipelines/gitlab/.gitlab-ci.yml", "printf '%s' \"$GOOGLE_TOKEN\""],
    ] as const) {
      const text = textOf(file);
      const installs = [...text.matchAll(/npm (?:ci|install).*/g)];
      assert.deepEqual(
        installs.map(([command]) => command),
        ["npm ci --ignore-scripts"],
        file,
      );
      assert.ok((installs[0]?.index ?? 0) < text.indexOf(credentials), file);
    }
    const [, install, link] = gitlabJobs()["canary-75"]?.setup ?? [];
    for (const command of [install, link]) assert.match(command ?? "", /^env -u GOOGLE_TOKEN /);
  });

  it("give the founder's tools to the foundation alone, which nobody has to start", () => {
    for (const [file, name] of [
      ["canary.yml", "canary-25"],
      ["canary-rollback.yml", "rollback"],
    ] as const) {
      assert.doesNotMatch(textOf(`pipelines/github/${file}`), /founding|gke-gcloud-auth-plugin/, name);
    }
    const { jobs } = parse(textOf("pipelines/github/canary-foundation.yml")) as {
      jobs: { foundation: { with: object } };
    };
    assert.deepEqual(jobs.foundation.with, { stage: FOUNDATION, founding: true });
    const { [FOUNDATION]: foundation, ...others } = resolvedGitlab() as Record<string, { image?: string }>;
    assert.equal(foundation?.image, "pulumi/pulumi:$PULUMI_VERSION");
    for (const [name, { image }] of Object.entries(others))
      if (image !== undefined) assert.equal(image, "pulumi/pulumi-nodejs:$PULUMI_VERSION", name);
    assert.ok(gitlabJobs()[FOUNDATION]?.manual);
  });

  it("use the engine that the program is made for", () => {
    const texts = [...PIPELINES.github, ...PIPELINES.gitlab].map(textOf).join("\n");
    const versions = [...texts.matchAll(/(?:pulumi-version|PULUMI_VERSION): (\S+)/g)].map(
      ([, version]) => version,
    );
    assert.deepEqual(new Set(versions), new Set([dependencies["@pulumi/pulumi"]]));
  });

  it("hold no key: credentials are exchanged for the job's own token", () => {
    for (const file of [...PIPELINES.github, ...PIPELINES.gitlab]) {
      assert.doesNotMatch(textOf(file), /credentials_json|secrets\.GOOGLE|PULUMI_CONFIG_PASSPHRASE/, file);
    }
  });

  it("put nothing of an event into a shell command but through the environment", () => {
    const runs = PIPELINES.github.flatMap((file) => [...textOf(file).matchAll(/^\s*(?:- )?run: (.*)$/gm)]);
    assert.ok(runs.length > 0);
    for (const [, command] of runs) assert.doesNotMatch(command ?? "", /\$\{\{/);
  });
});

describe("commands of the pipelines, run by a shell", () => {
  let folder: string;
  let log: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pipelines-"));
    log = join(folder, "log");
    for (const program of ["pulumi", "npm", "node"]) {
      const file = join(folder, program);
      await writeFile(
        file,
        `#!/bin/sh\ntest "$CANARY_ONLY_BACK" = true && printf "only back: " >> ${quoted(log)}\necho "${program} $*" >> ${quoted(log)}\n`,
      );
      await chmod(file, 0o755);
    }
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function shell(commands: readonly string[], variables: Readonly<Record<string, string>>) {
    await promisify(execFile)("bash", ["-euo", "pipefail", "-c", commands.join("\n")], {
      cwd: folder,
      env: { PATH: `${folder}:${process.env.PATH}`, CI_PROJECT_DIR: folder, ...variables },
    });
    return logged();
  }

  const logged = async () => (await readFile(log, "utf8")).trim().split("\n");

  const expected = (stage: string) => [
    `pulumi stack select ${stage} --create --secrets-provider default`,
    `pulumi preview --stack ${stage} --non-interactive --diff --suppress-outputs --policy-pack policy`,
    `pulumi up --stack ${stage} --non-interactive --yes --skip-preview --policy-pack policy`,
  ];

  it("apply the foundation alone, and show it first", async () => {
    for (const job of [githubStage(FOUNDATION, { founding: true }), gitlabJobs()[FOUNDATION]]) {
      assert.ok(job);
      await rm(log, { force: true });
      assert.deepEqual(await shell(job.commands, job.variables), expected(FOUNDATION));
    }
  });

  for (const stage of lifecycle) {
    it(`promote to ${stage} by the command, which waits for the verdict, and show it to the policy pack first`, async () => {
      for (const job of [githubJobs()[stage], gitlabJobs()[stage]]) {
        assert.ok(job);
        await rm(log, { force: true });
        const [select, preview] = expected(stage);
        const promotion = `npm run --silent canary -- promote ${stage} --yes --no-verify`;
        assert.deepEqual(await shell(job.commands, job.variables), [select, preview, promotion]);
      }
    });
  }

  it("github: go back by Pulumi alone, and wait for no verdict", async () => {
    const { commands, variables } = githubStage("canary-25");
    assert.deepEqual(await shell(commands, variables), expected("canary-25"));
  });

  it("end the job where the canary was taken out, or is held", async () => {
    for (const exitCode of [5, 6]) {
      await writeFile(join(folder, "npm"), `#!/bin/sh\nexit ${exitCode}\n`);
      for (const job of [githubJobs()["canary-75"], gitlabJobs()["canary-75"]]) {
        assert.ok(job);
        await assert.rejects(shell(job.commands, job.variables), { code: exitCode });
      }
    }
  });

  it("make a stack that is not there with the secrets provider of the project", async () => {
    const secrets = { SECRETS_PROVIDER: "gcpkms://projects/my-project/canary" };
    for (const job of [githubStage("canary-75"), gitlabJobs()["canary-75"]]) {
      assert.ok(job);
      await rm(log, { force: true });
      const [first] = await shell(job.commands, { ...job.variables, ...secrets });
      assert.equal(
        first,
        `pulumi stack select canary-75 --create --secrets-provider ${secrets.SECRETS_PROVIDER}`,
      );
    }
  });

  it("show the first stage on a merge request, and what pulumi/actions is asked on a pull request is the same", async () => {
    const job = gitlabJobs().preview;
    assert.ok(job);
    const commands = await shell(job.commands, job.variables);
    assert.deepEqual(commands, expected(lifecycle[0] ?? "").slice(1, 2));
    assert.deepEqual(commands, [githubPreview()]);
  });

  it("apply a stage again for a rollback, and the abort stage for an abort, and let neither go on", async () => {
    for (const job of waysBack()) {
      await rm(log, { force: true });
      const [select = "", ...others] = expected(job.environment ?? "");
      assert.deepEqual(await shell(job.commands, { ...job.variables, CANARY_ONLY_BACK: "" }), [
        select,
        ...others.map((command) => `only back: ${command}`),
      ]);
    }
  });

  it("stop at a preview that fails", async () => {
    await writeFile(
      join(folder, "pulumi"),
      `#!/bin/sh\necho "pulumi $*" >> ${quoted(log)}\ntest "$1" != preview\n`,
    );
    const { commands, variables } = githubStage("canary-75");
    await assert.rejects(shell(commands, variables));
    assert.deepEqual(await logged(), expected("canary-75").slice(0, 2));
  });

  it("gitlab: tell Google's libraries where the job's token is, and keep it from others", async () => {
    const job = gitlabJobs()["canary-75"];
    assert.ok(job);
    const given = {
      GOOGLE_TOKEN: "token-of-the-job",
      GOOGLE_IDENTITY_PROVIDER: "projects/1/locations/global/workloadIdentityPools/p/providers/gitlab",
      GOOGLE_SERVICE_ACCOUNT: "promoter@my-project.iam.gserviceaccount.com",
    };
    await shell([...job.setup, 'test -n "$GOOGLE_APPLICATION_CREDENTIALS"'], given);
    const file = join(folder, ".google-credentials.json");
    const text = await readFile(file, "utf8");
    const credentials = JSON.parse(text) as { audience: string; credential_source: { file: string } };
    assert.equal(credentials.audience, `//iam.googleapis.com/${given.GOOGLE_IDENTITY_PROVIDER}`);
    assert.match(text, /serviceAccounts\/promoter@my-project\.iam\.gserviceaccount\.com:generateAccessToken/);
    assert.equal(await readFile(credentials.credential_source.file, "utf8"), "token-of-the-job");
    assert.doesNotMatch(text, /token-of-the-job/);
    for (const path of [file, credentials.credential_source.file]) {
      assert.equal((await stat(path)).mode & 0o077, 0, path);
    }
  });
});
