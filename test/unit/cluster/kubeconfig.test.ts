import assert from "node:assert/strict";
import { KubeConfig } from "@kubernetes/client-node";
import { describe, it } from "mocha";
import { readTokenKubeconfig, tokenKubeconfig } from "../../../src/cluster/kubeconfig.ts";

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
    assert.deepEqual(readTokenKubeconfig(own), { address, token: "a-token" });
  });

  /** The same kubeconfig, with something that only a whole client library understands. */
  const edited = (change: (config: ReturnType<typeof JSON.parse>) => void): string => {
    const config = JSON.parse(own);
    change(config);
    return JSON.stringify(config);
  };
  const others: readonly [what: string, text: string][] = [
    ["YAML", "apiVersion: v1\nkind: Config\n"],
    ["a proxy", tokenKubeconfig("deployer", { ...address, proxyUrl: "http://192.0.2.9:3128" }, "a-token")],
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
    ["several clusters", edited(({ clusters }) => clusters.push(clusters[0]))],
  ];
  for (const [what, text] of others) {
    it(`leaves ${what} to the library`, () => assert.equal(readTokenKubeconfig(text), undefined));
  }
});
