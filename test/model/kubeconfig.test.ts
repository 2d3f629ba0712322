import assert from "node:assert/strict";
import { KubeConfig } from "@kubernetes/client-node";
import { describe, it } from "mocha";
import { tokenKubeconfig } from "../../src/model/kubeconfig.ts";

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
