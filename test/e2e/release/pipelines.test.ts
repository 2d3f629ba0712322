import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { before, describe, it } from "mocha";
import { configMapPath, deploymentPath } from "../../../src/cluster/objects.ts";
import type { Deployment } from "../../../src/model/deployment.ts";
import { githubJobs, githubStage, gitlabJobs, type Job } from "../../support/pipelines.ts";
import { administrator, makeProject, type PulumiResult, type TestProject } from "../support/environment.ts";
import { checkout, shell } from "../support/jobs.ts";

const NAMESPACE = "e2e-pipelines";

/** What is live: the release record, and how often each Deployment was changed. */
interface Live {
  readonly record: Readonly<Record<string, string>>;
  readonly deployments: readonly (number | undefined)[];
}

describe("the commands of the pipelines", () => {
  let project: TestProject;

  before(async () => {
    project = await makeProject(NAMESPACE);
  });

  /** Runs what a job runs, in a checkout of its own. */
  const run = async (job: Job | undefined): Promise<PulumiResult> => {
    assert.ok(job);
    assert.ok(job.commands.length > 0, job.name);
    return shell(await checkout(project), job.commands, {
      ...project.workspace.environment,
      ...job.variables,
    });
  };

  /** Runs a job and gives the stage that is live after it. */
  const stageAfter = async (job: Job | undefined): Promise<string | undefined> => {
    const { exitCode, output } = await run(job);
    assert.equal(exitCode, 0, output);
    assert.match(
      output,
      /canary-stages(@v[\d.]+ \(local: policy\)|\|local\|policy)/,
      "the policy pack has looked at it",
    );
    return (await live())?.record.stage;
  };

  /** Runs a job that has to fail for this reason, and to change nothing. */
  const refused = async (job: Job | undefined, reason: RegExp): Promise<void> => {
    const earlier = await live();
    const { exitCode, output } = await run(job);
    assert.notEqual(exitCode, 0, output);
    assert.match(output, reason);
    assert.deepEqual(await live(), earlier);
  };

  it("refuse every stage before the foundation", () =>
    refused(gitlabJobs()["canary-25"], /the foundation, stack foundation, was never applied/));

  it("make the foundation; are refused by the policy pack for an image tag that moves, before anything is made", async () => {
    const { exitCode, output } = await run(githubStage("foundation"));
    assert.equal(exitCode, 0, output);
    await project.edit("Pulumi.yaml", { release: { previous: "2.4.18", canary: "latest" } });
    await refused(githubJobs()["canary-25"], /\[mandatory\] {2}fixed-images/);
    await project.edit("Pulumi.yaml", { release: { previous: "2.4.18", canary: "2.4.20" } });
    assert.equal(await live(), undefined);
  });

  describe("of GitHub's release workflow", () => {
    const jobs = githubJobs();

    it("refuse canary-75 before the first stage", () =>
      refused(
        jobs["canary-75"],
        /nothing was released to this cluster yet, and a release starts at canary-25/,
      ));

    it("apply canary-25, whose stack is not there yet", async () => {
      assert.equal(await stageAfter(jobs["canary-25"]), "canary-25");
    });

    it("refuse canary-100 before canary-75, and change nothing", () =>
      refused(jobs["canary-100"], /stage canary-100 is refused: .* has not been at canary-75 yet/));

    it("apply canary-75 and canary-100 in their order", async () => {
      assert.equal(await stageAfter(jobs["canary-75"]), "canary-75");
      assert.equal(await stageAfter(jobs["canary-100"]), "canary-100");
    });

    it("go back to canary-25 by what the rollback workflow calls", async () => {
      assert.equal(await stageAfter(githubStage("canary-25", { back: true })), "canary-25");
    });
  });

  describe("of GitLab's pipeline", () => {
    const jobs = gitlabJobs();

    it("apply canary-75 again, with the secrets of the stack as they were", async () => {
      const secrets = await secretsOf("canary-75");
      assert.equal(await stageAfter(jobs["canary-75"]), "canary-75");
      assert.deepEqual(await secretsOf("canary-75"), secrets);
    });

    it("show the first stage on a merge request, and change nothing", async () => {
      const earlier = await live();
      const { exitCode, output } = await run(jobs.preview);
      assert.equal(exitCode, 0, output);
      assert.match(output, /canary-stages\|local\|policy/, "the policy pack has looked at it");
      assert.match(output, /ingress\.appscode\.com\/backend-weight: "75" => "25"/);
      assert.deepEqual(await live(), earlier);
    });

    it("go back to canary-25 by its job, and no further forth by one that goes back; take the canary out by the job abort", async () => {
      assert.equal(await stageAfter(jobs["rollback-canary-25"]), "canary-25");
      await refused(
        jobs["rollback-canary-75"],
        /it would be a promotion, and CANARY_ONLY_BACK lets this run only go back/,
      );
      assert.equal(await stageAfter(jobs.abort), "canary-0");
    });
  });

  /** Undefined before the first release. */
  async function live(): Promise<Live | undefined> {
    const api = await administrator();
    const record = await api.get<{ data: Live["record"] }>(configMapPath(NAMESPACE, "httpd-release"));
    const paths = ["httpd-previous", "httpd-new"].map((name) => deploymentPath(NAMESPACE, name));
    const deployments = await Promise.all(paths.map((path) => api.get<Deployment>(path)));
    return (
      record && { record: record.data, deployments: deployments.map((one) => one?.metadata?.generation) }
    );
  }

  /** What the state of a stack is encrypted with. */
  async function secretsOf(stage: string): Promise<unknown> {
    const backend = fileURLToPath(project.workspace.environment.PULUMI_BACKEND_URL ?? "");
    const file = join(backend, ".pulumi", "stacks", "canary-stages", `${stage}.json`);
    const { checkpoint } = JSON.parse(await readFile(file, "utf8")) as {
      checkpoint: { latest: { secrets_providers: { state: unknown } } };
    };
    return checkpoint.latest.secrets_providers.state;
  }
});
