import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { appNames, contentName, imageReference, secretName } from "../../../src/model/names.ts";

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

describe("secretName", () => {
  const key = "0123456789abcdef0123456789abcdef";

  it("is the owner's name and a keyed hash of the values, in whatever order they come", () => {
    // printf '[["a","1"],["b","2"]]' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
    assert.equal(secretName("shop", { b: "2", a: "1" }, key), "shop-f20fefe05a");
    assert.equal(secretName("shop", { a: "1", b: "2" }, key), "shop-f20fefe05a");
  });

  it("is another one for another value, another name of a value, and another key", () => {
    const names = [
      secretName("shop", { pin: "1234" }, key),
      secretName("shop", { pin: "1235" }, key),
      secretName("shop", { nip: "1234" }, key),
      secretName("shop", { pin: "1234" }, `${key}x`),
      contentName("shop", JSON.stringify([["pin", "1234"]])),
    ];
    assert.equal(new Set(names).size, names.length);
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
