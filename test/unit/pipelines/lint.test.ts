import assert from "node:assert/strict";
import { basename } from "node:path";
import { describe, it } from "mocha";
import { stringify } from "yaml";
import { PIPELINES, resolvedGitlab, textOf } from "../../support/pipelines.ts";
import { lintGitlab, lintWorkflows } from "./linters.ts";

describe("pipelines, by their linters", function () {
  // The first run builds one linter and fetches the other.
  this.timeout(300_000);

  const workflows = Object.fromEntries(PIPELINES.github.map((file) => [basename(file), textOf(file)]));
  const gitlab = textOf("pipelines/gitlab/.gitlab-ci.yml");

  it("actionlint is content with GitHub's workflows", async () => {
    const { ok, output } = await lintWorkflows(workflows);
    assert.ok(ok, output);
  });

  it("actionlint is not content with an input that an action does not have", async () => {
    const broken = Object.entries(workflows).map(([name, text]) => [
      name,
      text.replace("comment-on-pr:", "comment-on-mr:"),
    ]);
    const { ok, output } = await lintWorkflows(Object.fromEntries(broken));
    assert.equal(ok, false);
    assert.match(output, /comment-on-mr/);
  });

  it("GitLab's schema is content with GitLab's pipeline, as written and with its templates resolved", async () => {
    for (const text of [gitlab, stringify(resolvedGitlab())]) {
      const { ok, output } = await lintGitlab(text);
      assert.ok(ok, output);
    }
  });

  it("GitLab's schema is not content with a rule that is none", async () => {
    const { ok, output } = await lintGitlab(gitlab.replaceAll("when: manual", "when: by-hand"));
    const resolved = await lintGitlab(
      stringify(resolvedGitlab()).replaceAll("when: manual", "when: by-hand"),
    );
    assert.equal(ok && resolved.ok, false);
    assert.match(output + resolved.output, /by-hand|is not valid/);
  });
});
