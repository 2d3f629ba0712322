import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { PREVIEW } from "../../../src/platforms/expected.ts";
import { matches } from "../../../src/platforms/glob.ts";
import { remoteIn } from "../../../src/platforms/remote.ts";
import { VARIABLES } from "../../../src/platforms/variables.ts";
import { gitlabJobs, PIPELINES, textOf } from "../../support/pipelines.ts";

describe("what is looked for", () => {
  it("is what the pipelines name: variables of GitHub", () => {
    const texts = PIPELINES.github.map(textOf).join("\n");
    const used = [...texts.matchAll(/\bvars\.(\w+)/g)].map(([, name = ""]) => name);
    assert.deepEqual(new Set(used), new Set([...VARIABLES, "SECRETS_PROVIDER"]));
  });

  it("is what the pipelines name: variables of GitLab", () => {
    const text = textOf(PIPELINES.gitlab[0]).replace(/^ *#.*$/gm, "");
    const used = [...text.matchAll(/\$\{?([A-Z][A-Z_]+)/g)].map(([, name = ""]) => name);
    const set = used.filter((name) => !/^(?:CI|GOOGLE_TOKEN$|PULUMI_VERSION$|PATH$)/.test(name));
    // The backend's address is read by the engine itself.
    assert.deepEqual(new Set([...set, "PULUMI_BACKEND_URL"]), new Set([...VARIABLES, "SECRETS_PROVIDER"]));
  });

  it("is what the pipelines name: the preview's environment", () => {
    assert.equal(gitlabJobs().preview?.environment, PREVIEW);
    assert.match(textOf("pipelines/github/canary.yml"), new RegExp(`^ {4}environment: ${PREVIEW}$`, "m"));
  });
});

describe("a pattern of GitLab's", () => {
  for (const [pattern, name, is] of [
    ["*", "canary-25", true],
    ["canary-25", "canary-25", true],
    ["canary-2", "canary-25", false],
    ["canary-*", "canary-25", true],
    ["canary-*", "canary-", true],
    ["*-25", "canary-25", true],
    ["c*r*5", "canary-25", true],
    ["c*z*5", "canary-25", false],
    ["canary*ary", "canary", false],
    ["a.*", "abc", false],
  ] as const) {
    it(`${pattern} ${is ? "is" : "is not"} ${name}`, () => assert.equal(matches(pattern, name), is));
  }

  it("means what the regular expression means", () => {
    const short = fc.string({ unit: fc.constantFrom("a", "b", "*", "."), maxLength: 8 });
    fc.assert(
      fc.property(short, short, (pattern, name) => {
        const parts = pattern.split("*").map((part) => part.replaceAll(".", "[.]"));
        assert.equal(matches(pattern, name), new RegExp(`^${parts.join(".*")}$`).test(name));
      }),
    );
  });

  it("takes no time, however many stars it has", () => {
    const begun = performance.now();
    assert.equal(matches(`${"*a".repeat(20_000)}b`, "a".repeat(40_000)), false);
    assert.ok(performance.now() - begun < 1_000);
  });
});

describe("a remote", () => {
  for (const [address, host, path] of [
    ["git@github.com:acme/shop.git", "github.com", "acme/shop"],
    ["https://GitHub.com/acme/shop", "github.com", "acme/shop"],
    ["https://alice:secret@github.com/acme/shop.git/", "github.com", "acme/shop"],
    ["ssh://git@altssh.gitlab.com:443/acme/web/shop.git", "altssh.gitlab.com", "acme/web/shop"],
    ["git.example.com:acme/shop", "git.example.com", "acme/shop"],
  ] as const) {
    it(`${address} is ${path} at ${host}`, () => assert.deepEqual(remoteIn(address), { host, path }));
  }

  for (const address of ["/srv/git/shop.git", "../shop", "file:///srv/git/shop.git", ""]) {
    it(`${JSON.stringify(address)} is no server's`, () => assert.equal(remoteIn(address), undefined));
  }
});
