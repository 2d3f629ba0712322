import assert from "node:assert/strict";
import { KubeConfig } from "@kubernetes/client-node";
import { describe, it } from "mocha";
import { readTokenKubeconfig, tokenKubeconfig } from "../../../src/cluster/kubeconfig.ts";
import { Refusal } from "../../../src/errors.ts";

const AUTHORITY = Buffer.from("certificate").toString("base64");

function load(text: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(text);
  return kubeConfig;
}

describe("tokenKubeconfig", () => {
  it("is a kubeconfig that clients read: one context, one token, TLS verified", () => {
    const address = { server: "https://192.0.2.1:6443", certificateAuthority: AUTHORITY };
    const loaded = load(tokenKubeconfig("deployer", address, "a-token"));
    assert.equal(loaded.getCurrentContext(), "deployer");
    assert.equal(loaded.getCurrentCluster()?.server, "https://192.0.2.1:6443");
    assert.equal(loaded.getCurrentCluster()?.caData, AUTHORITY);
    assert.ok(!loaded.getCurrentCluster()?.skipTLSVerify);
    assert.equal(loaded.getCurrentUser()?.token, "a-token");
  });

  it("refuses an empty token, which no server would take", () => {
    const address = { server: "https://192.0.2.1:6443", certificateAuthority: AUTHORITY };
    assert.throws(() => tokenKubeconfig("web-deployer", address, ""), {
      name: "UserError",
      message:
        "the token of service account web-deployer is empty: the cluster at https://192.0.2.1:6443 has not filled its Secret",
    });
  });

  it("has the server's name and the proxy only where there are any", () => {
    const address = { server: "https://192.0.2.1", certificateAuthority: undefined };
    const { cluster } = JSON.parse(tokenKubeconfig("deployer", address, "a-token")).clusters[0];
    assert.deepEqual(cluster, { server: "https://192.0.2.1" });
    const through = { ...address, tlsServerName: "kubernetes", proxyUrl: "http://192.0.2.9:3128" };
    const parsed = JSON.parse(tokenKubeconfig("deployer", through, "a-token"));
    assert.deepEqual(parsed.clusters[0].cluster, {
      server: "https://192.0.2.1",
      "tls-server-name": "kubernetes",
      "proxy-url": "http://192.0.2.9:3128",
    });
  });
});

describe("readTokenKubeconfig", () => {
  const address = {
    server: "https://192.0.2.1:6443",
    certificateAuthority: AUTHORITY,
    tlsServerName: "kubernetes",
  };
  const own = tokenKubeconfig("deployer", address, "a-token");

  it("reads what tokenKubeconfig wrote", () => {
    const noProxy = { ...address, proxyUrl: undefined };
    assert.deepEqual(readTokenKubeconfig(own), { address: noProxy, token: "a-token" });
    const behind = { ...address, proxyUrl: "http://192.0.2.9:3128" };
    const through = readTokenKubeconfig(tokenKubeconfig("deployer", behind, "a-token"));
    assert.deepEqual(through, { address: behind, token: "a-token" });
  });

  /** The same kubeconfig, with something that only a whole client library understands. */
  const edited = (change: (config: ReturnType<typeof JSON.parse>) => void): string => {
    const config = JSON.parse(own);
    change(config);
    return JSON.stringify(config);
  };
  const others: [what: string, text: string][] = [
    ["YAML", "apiVersion: v1\nkind: Config\n"],
    ["no TLS", own.replace("https:", "http:")],
    [
      "TLS that is not verified",
      edited(({ clusters }) => Object.assign(clusters[0].cluster, { "insecure-skip-tls-verify": true })),
    ],
    [
      "another way to log in",
      edited(({ users }) => Object.assign(users[0].user, { exec: { command: "login" } })),
    ],
    ["no token", edited(({ users }) => Object.assign(users[0], { user: {} }))],
    ["an empty token", edited(({ users }) => Object.assign(users[0].user, { token: "" }))],
    ["a server that is no text", edited(({ clusters }) => Object.assign(clusters[0].cluster, { server: 5 }))],
    ["users without a user", edited(({ users }) => Object.assign(users, [{ name: "deployer" }]))],
    ["clusters that are no list", edited((config) => Object.assign(config, { clusters: 5 }))],
    ["null", "null"],
    ["several clusters", edited(({ clusters }) => clusters.push(clusters[0]))],
  ];
  others.push(
    [
      "another user's context",
      edited(({ contexts }) => Object.assign(contexts[0].context, { user: "other" })),
    ],
    ["another current context", edited((config) => Object.assign(config, { "current-context": "other" }))],
    ["an extra field", edited((config) => Object.assign(config, { preferences: {} }))],
    ["a token in a file", edited(({ users }) => Object.assign(users[0].user, { tokenFile: "/etc/passwd" }))],
    [
      "an authority in a file",
      edited(({ clusters }) => Object.assign(clusters[0].cluster, { "certificate-authority": "/x" })),
    ],
    ["somebody to act as", edited(({ users }) => Object.assign(users[0].user, { as: "system:admin" }))],
  );
  for (const [what, text] of others) {
    it(`refuses ${what} before it is used, and shows no token`, () =>
      assert.throws(
        () => readTokenKubeconfig(text),
        (error) => error instanceof Refusal && !error.message.includes("a-token"),
      ));
  }

  it("names the field that is not of its form", () => {
    const text = edited(({ users }) => Object.assign(users[0].user, { exec: { command: "login" } }));
    assert.throws(() => readTokenKubeconfig(text), {
      message:
        "the kubeconfig that the foundation exports is not of the form that this program writes, and was not used: users[0].user has exec",
    });
  });
});
