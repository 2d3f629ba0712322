import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Container, PodSpec } from "../../../../src/model/kubernetes/pod.ts";
import { podSecurityProblems } from "../../../../src/model/kubernetes/pod-security.ts";

const SECURE: Container = {
  name: "shop",
  image: "shop:1",
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
};
const RESTRICTED: PodSpec = {
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
  containers: [SECURE],
  volumes: [
    { name: "a", emptyDir: {} },
    { name: "b", persistentVolumeClaim: { claimName: "b" } },
    { name: "c", csi: { driver: "d" } },
  ],
};

const withContext = (securityContext: object): PodSpec => ({
  ...RESTRICTED,
  containers: [{ ...SECURE, securityContext: { ...SECURE.securityContext, ...securityContext } }],
});
const withContainer = (more: Partial<Container>): PodSpec => ({
  ...RESTRICTED,
  containers: [{ ...SECURE, ...more }],
});

const paths = (pod: PodSpec, standard: "restricted" | "baseline") =>
  podSecurityProblems(pod, standard).map(({ path }) => path);

const CONTAINER = "containers[shop]";

describe("a pod that is restricted", () => {
  it("keeps both standards", () => {
    assert.deepEqual(paths(RESTRICTED, "restricted"), []);
    assert.deepEqual(paths(RESTRICTED, "baseline"), []);
  });
});

describe("no standard is kept by a pod", () => {
  const wrong: readonly [what: string, pod: PodSpec, path: string][] = [
    ["in its node's network", { ...RESTRICTED, hostNetwork: true }, "hostNetwork"],
    ["among its node's processes", { ...RESTRICTED, hostPID: true }, "hostPID"],
    [
      "with a folder of its node",
      { ...RESTRICTED, volumes: [{ name: "h", hostPath: { path: "/" } }] },
      "volumes[h].hostPath",
    ],
    [
      "with a sysctl that other pods feel",
      {
        ...RESTRICTED,
        securityContext: { ...RESTRICTED.securityContext, sysctls: [{ name: "kernel.msgmax" }] },
      },
      "securityContext.sysctls",
    ],
    ["that is privileged", withContext({ privileged: true }), `${CONTAINER}.securityContext.privileged`],
    ["with all of /proc", withContext({ procMount: "Unmasked" }), `${CONTAINER}.securityContext.procMount`],
    [
      "without AppArmor",
      withContext({ appArmorProfile: { type: "Unconfined" } }),
      `${CONTAINER}.securityContext.appArmorProfile.type`,
    ],
    [
      "as another SELinux user",
      withContext({ seLinuxOptions: { user: "system_u" } }),
      `${CONTAINER}.securityContext.seLinuxOptions`,
    ],
    [
      "with a port of its node",
      withContainer({ ports: [{ containerPort: 80, hostPort: 80 }] }),
      `${CONTAINER}.ports[80].hostPort`,
    ],
    [
      "with a probe of another host",
      withContainer({ livenessProbe: { tcpSocket: { port: 80, host: "10.0.0.1" } } }),
      `${CONTAINER}.livenessProbe.tcpSocket.host`,
    ],
  ];
  for (const [what, pod, path] of wrong) {
    it(what, () => {
      assert.deepEqual(paths(pod, "baseline"), [path]);
      assert.deepEqual(paths(pod, "restricted"), [path]);
    });
  }

  it("with the power over its node's network, which is restricted even more", () => {
    const path = `${CONTAINER}.securityContext.capabilities.add`;
    const pod = withContext({ capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } });
    assert.deepEqual(paths(pod, "baseline"), [path]);
    assert.deepEqual(paths(pod, "restricted"), [path, path]);
  });

  it("whose container that starts it is privileged", () => {
    const init = {
      ...SECURE,
      name: "init",
      securityContext: { ...SECURE.securityContext, privileged: true },
    };
    assert.deepEqual(paths({ ...RESTRICTED, initContainers: [init] }, "baseline"), [
      "initContainers[init].securityContext.privileged",
    ]);
  });
});

describe("the restricted standard alone is broken by a pod", () => {
  const wrong: readonly [what: string, pod: PodSpec, path: string][] = [
    ["that may be root", withContext({ runAsNonRoot: false }), `${CONTAINER}.securityContext.runAsNonRoot`],
    ["that is root", withContext({ runAsUser: 0 }), `${CONTAINER}.securityContext.runAsUser`],
    [
      "that may gain privileges",
      withContext({ allowPrivilegeEscalation: true }),
      `${CONTAINER}.securityContext.allowPrivilegeEscalation`,
    ],
    [
      "that keeps its capabilities",
      withContext({ capabilities: { drop: ["NET_RAW"] } }),
      `${CONTAINER}.securityContext.capabilities.drop`,
    ],
    [
      "that adds one",
      withContext({ capabilities: { drop: ["ALL"], add: ["CHOWN"] } }),
      `${CONTAINER}.securityContext.capabilities.add`,
    ],
    [
      "with a volume of the network's",
      { ...RESTRICTED, volumes: [{ name: "n", nfs: { server: "a", path: "/" } }] },
      "volumes[n].nfs",
    ],
    [
      "without seccomp",
      { ...RESTRICTED, securityContext: { runAsNonRoot: true } },
      `${CONTAINER}.securityContext.seccompProfile.type`,
    ],
  ];
  for (const [what, pod, path] of wrong) {
    it(what, () => {
      assert.deepEqual(paths(pod, "baseline"), []);
      assert.deepEqual(paths(pod, "restricted"), [path]);
    });
  }

  it("but not by one that only takes a port below 1024", () => {
    assert.deepEqual(
      paths(withContext({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }), "restricted"),
      [],
    );
  });
});
