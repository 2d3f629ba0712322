import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { appNames, contentName, imageReference } from "../../../src/model/names.ts";

describe("contentName", () => {
  it("is the owner's name and a hash of the content", () => {
    assert.equal(contentName("httpd-new", "<h1>httpd 2.4.20</h1>\n"), "httpd-new-dc37ca9a03");
  });

  it("is the same for the same content, and another one for another", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        assert.equal(contentName("httpd-new", a) === contentName("httpd-new", b), a === b);
      }),
    );
  });

  it("is a name that Kubernetes takes", () => {
    fc.assert(fc.property(fc.string(), (text) => assert.match(contentName("a", text), /^a-[0-9a-f]{10}$/)));
  });
});

describe("appNames", () => {
  it("are the walkthrough's, the same in every stage", () => {
    assert.deepEqual(appNames("httpd", "httpdcanary"), {
      service: "httpd-service",
      ingress: "httpd-ingress",
      record: "httpd-release",
      lock: "httpd-release",
      history: "httpd-history",
      deployer: "httpdcanary-deployer",
    });
  });
});

describe("imageReference", () => {
  it("takes a tag or a digest", () => {
    assert.equal(imageReference("httpd", "2.4.20"), "httpd:2.4.20");
    const digest = `sha256:${"0".repeat(64)}`;
    assert.equal(imageReference("registry.example.com/a/b", digest), `registry.example.com/a/b@${digest}`);
  });
});
