import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { findNode } from "../../../local/cluster/node.ts";
import { enforceNetworkPolicies } from "../../../local/network-policies/enforcer.ts";
import { silentProgress } from "../../../local/process/progress.ts";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { podsPath } from "../../../src/cluster/objects.ts";
import { edgeUrl } from "../../../src/verification/address.ts";
import { measure } from "../../../src/verification/measurement.ts";
import { administrator, environment, makeProject, type TestProject } from "../support/environment.ts";
import { found, moveTo } from "../support/move.ts";
import { connects, runPod } from "../support/pod-network.ts";

const NAMESPACE = "e2e-network";
const FRIENDS = "e2e-network-friends";
const STRANGERS = "e2e-network-strangers";
const SERVED = 80;
const OTHER = 8080;

/**
 * What the policies of the network let through, enforced for real: kube-router's controller on the local cluster, and
 * connections out of the pods' own networks. Not part of CI: the controller is built first.
 */
describe("network policies, enforced", function () {
  this.timeout(300_000);
  let api: KubernetesApi;
  let project: TestProject;
  let url: string;
  let application: string;
  let friend: string;
  let stranger: string;
  let dns: string;

  before(async () => {
    const { stateDir } = environment();
    await enforceNetworkPolicies(stateDir, silentProgress);
    api = await administrator();
    for (const name of [FRIENDS, STRANGERS])
      await api.send("POST", "/api/v1/namespaces", {
        type: "application/json",
        content: { metadata: { name } },
      });
    friend = await runPod(api, FRIENDS, "friend", OTHER);
    stranger = await runPod(api, STRANGERS, "stranger", OTHER);
    dns = await runPod(api, "kube-system", "dns", 53);
    project = await makeProject(NAMESPACE);
    const node = findNode(stateDir) ?? assert.fail("no cluster");
    await project.edit("Pulumi.yaml", {
      network: {
        // The local edge is no pod: its HAProxy runs on the machine.
        edge: [{ cidr: `${node.network.hostAddress}/32` }],
        ingress: [{ namespace: FRIENDS, ports: [SERVED] }],
        egress: [{ namespace: FRIENDS, ports: [OTHER] }],
      },
    });
    await found(project);
    await moveTo(project, "canary-25");
    const operator = await project.operator();
    url = await edgeUrl(api, await operator.project.stage("canary-25"));
    const [pod] = await api.list<{ status: { podIP: string } }>(podsPath(NAMESPACE));
    application = pod?.status.podIP ?? assert.fail("no pod");
  });

  it("lets the edge through, with both versions' share", async () => {
    const { byVersion } = await measure(
      { url, host: undefined, rule: {}, versions: ["2.4.18", "2.4.20"] },
      { requests: 400 },
    );
    assert.equal((byVersion["2.4.18"] ?? 0) + (byVersion["2.4.20"] ?? 0), 400, JSON.stringify(byVersion));
  });

  const ways: readonly [what: string, from: () => string, to: () => string, port: number, passes: boolean][] =
    [
      [
        "a pod of another namespace does not reach the application",
        () => stranger,
        () => application,
        SERVED,
        false,
      ],
      ["one that network.ingress names does", () => friend, () => application, SERVED, true],
      ["pods of others reach each other", () => stranger, () => friend, OTHER, true],
      ["the application reaches what network.egress names", () => application, () => friend, OTHER, true],
      ["and nobody else", () => application, () => stranger, OTHER, false],
      ["not even the API server", () => application, () => apiServer(), 443, false],
      ["but the cluster's DNS", () => application, () => dns, 53, true],
    ];
  for (const [what, from, to, port, passes] of ways) {
    it(what, async () => {
      assert.equal(await connects(environment().stateDir, from(), to(), port), passes);
    });
  }

  const apiServer = (): string => findNode(environment().stateDir)?.network.apiServiceAddress ?? "";
});
