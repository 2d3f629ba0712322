import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { application, LEAST, refusedApplication, SHOP } from "../../../support/application.ts";

const { resources } = LEAST;

describe("an application that says all that there is to say", () => {
  it("is read, each value with its default", () => {
    const { files, mounts, ports, sidecars, serviceAccount } = application(SHOP);
    assert.deepEqual(files["/etc/shop/shop.conf"], { text: "version = {version}\n" });
    assert.deepEqual(mounts["/data"], { volume: "data", readOnly: false });
    assert.deepEqual(ports, [{ name: "metrics", port: 9090, protocol: "TCP" }]);
    assert.deepEqual(serviceAccount, { name: "shop", mountToken: true });
    assert.deepEqual(sidecars[0]?.ports, [{ name: "admin", port: 9901, protocol: "TCP" }]);
    assert.deepEqual(application({ serviceAccount: "shop" }).serviceAccount, {
      name: "shop",
      mountToken: false,
    });
  });
});

describe("an application is refused with path, values and what they have to be:", () => {
  const proxy = { name: "proxy", image: "proxy:1", resources };
  const wrong: readonly [what: string, more: Record<string, unknown>, message: string][] = [
    [
      "an environment variable whose name is none",
      { env: { "1ST": "x" } },
      'app.env.1ST is "x": its name must be letters, digits, _, - and ., and not begin with a digit',
    ],
    [
      "one with a blank in its name",
      { env: { "MY VAR": "x" } },
      'app.env["MY VAR"] is "x": its name must be letters, digits, _, - and ., and not begin with a digit',
    ],
    [
      "one that is a number",
      { env: { WORKERS: 4 } },
      "app.env.WORKERS is 4: must be a text: put numbers, true and false in quotes",
    ],
    [
      "one that is a secret too",
      { env: { TOKEN: "x" }, secrets: { TOKEN: { config: "token" } } },
      'app.env.TOKEN is "x": is among app.secrets too',
    ],
    [
      "a secret from two places",
      { secrets: { TOKEN: { config: "token", secret: "a", key: "b" } } },
      'app.secrets.TOKEN is {"config":"token","secret":"a","key":"b"}: must be {config: NAME}, or {secret: NAME, key: KEY}',
    ],
    [
      "variables from nowhere",
      { envFrom: [{ prefix: "A_" }] },
      'app.envFrom[0] is {"prefix":"A_"}: must name either a configMap or a secret',
    ],
    [
      "a file that is neither a text nor a file",
      { files: { "/etc/a": { mode: "0644" } } },
      'app.files["/etc/a"] is {"mode":"0644"}: must have either a text or a file beside Pulumi.yaml',
    ],
    [
      "a mode that YAML has read as a number",
      { files: { "/etc/a": { text: "", mode: 644 } } },
      'app.files["/etc/a"].mode is 644: must be a text in quotes, such as "0644"',
    ],
    [
      "a file on a file",
      { content: { path: "/etc/a", text: "" }, files: { "/etc/a": "x" } },
      'app.files["/etc/a"] is "x": is mounted on app.content, which is /etc/a too',
    ],
    [
      "a mount on a mount, however it is written",
      {
        writablePaths: ["/data/"],
        volumes: { data: { emptyDir: {} } },
        mounts: { "/data": "data" },
      },
      'app.mounts["/data"] is "data": is mounted on app.writablePaths[0], which is /data too',
    ],
    [
      "a folder below a file",
      { files: { "/etc/a": "x" }, writablePaths: ["/etc/a/b"] },
      'app.writablePaths[0] is "/etc/a/b": is below app.files["/etc/a"], which is /etc/a and a file',
    ],
    [
      "a file in a volume that is read-only",
      {
        files: { "/models/a": "x" },
        volumes: { models: { persistentVolumeClaim: { claimName: "m" } } },
        mounts: { "/models": { volume: "models", readOnly: true } },
      },
      'app.files["/models/a"] is "x": is below app.mounts["/models"], which is /models and read-only',
    ],
    [
      "a mount of a volume that there is not",
      { volumes: { data: { emptyDir: {} } }, mounts: { "/data": "date" } },
      'app.mounts["/data"] is "date": must be of one of app.volumes: data',
    ],
    [
      "a volume with the name of one of the program's own",
      { volumes: { content: { emptyDir: {} } } },
      'app.volumes.content is {"emptyDir":{}}: has a name that the program\'s own volumes have',
    ],
    [
      "a volume with two sources",
      { volumes: { data: { emptyDir: {}, csi: { driver: "d" } } } },
      'app.volumes.data is {"emptyDir":{},"csi":{"driver":"d"}}: must have one source, such as persistentVolumeClaim, csi, projected or emptyDir',
    ],
    [
      "a path out of a volume",
      { volumes: { data: { emptyDir: {} } }, mounts: { "/data": { volume: "data", subPath: "a/../../b" } } },
      'app.mounts["/data"].subPath is "a/../../b": must be a path in the volume, without ..',
    ],
    [
      "a port twice",
      { ports: [{ name: "admin", port: 8080 }] },
      "app.ports[0].port is 8080: is app.port already: a pod has each port once",
    ],
    [
      "a sidecar's port that is the application's",
      { sidecars: [{ ...proxy, ports: [{ name: "admin", port: 8080 }] }] },
      "app.sidecars[0].ports[0].port is 8080: is app.port already: a pod has each port once",
    ],
    [
      "a name of a port twice",
      { ports: [{ name: "http", port: 9090 }] },
      'app.ports[0].name is "http": is the name of app.port already',
    ],
    [
      "a name of a port twice in a sidecar",
      {
        sidecars: [
          {
            ...proxy,
            ports: [
              { name: "admin", port: 9901 },
              { name: "admin", port: 9902 },
            ],
          },
        ],
      },
      'app.sidecars[0].ports[1].name is "admin": is the name of app.sidecars[0].ports[0] already',
    ],
    [
      "a name of a port that is none",
      { ports: [{ name: "Admin_Port", port: 9090 }] },
      'app.ports[0].name is "Admin_Port": must be a name of a port: 15 lower-case letters, digits and dashes at most',
    ],
    [
      "a probe on no port",
      { probePath: undefined, probes: { readiness: { kind: "http", path: "/", port: 9999 } } },
      "app.probes.readiness.port is 9999: is no port of the container, which has 8080 (http): add it to its ports, or ask one of these",
    ],
    [
      "a probe on a port of another container's by name",
      {
        sidecars: [{ ...proxy, ports: [{ name: "admin", port: 9901 }] }],
        probes: { liveness: { kind: "tcp", port: "admin" } },
      },
      'app.probes.liveness.port is "admin": is no port of the container, which has 8080 (http): add it to its ports, or ask one of these',
    ],
    [
      "a sidecar's probe that says no port",
      { sidecars: [{ ...proxy, probes: { readiness: { kind: "tcp" } } }] },
      "app.sidecars[0].probes.readiness.port is missing: name one of its ports",
    ],
    [
      "a kind of probe that there is not",
      { probes: { liveness: { kind: "udp" } } },
      'app.probes.liveness.kind is "udp": must be one of http, tcp, grpc, exec, none',
    ],
    [
      "no readiness",
      { probePath: undefined },
      "app.probePath is missing: name what tells when a pod is ready, or set app.probes.readiness",
    ],
    [
      "readiness that is none",
      { probePath: undefined, probes: { readiness: { kind: "none" } } },
      'app.probes.readiness.kind is "none": must be one of http, tcp, grpc, exec',
    ],
    [
      "readiness twice",
      { probes: { readiness: { kind: "tcp" } } },
      'app.probePath is "/healthz": says nothing where app.probes.readiness is set: leave one of them out',
    ],
    [
      "two containers of one name",
      { sidecars: [{ ...proxy, name: "shop" }] },
      'app.sidecars[0].name is "shop": is the name of app already',
    ],
    [
      "a sidecar whose image has no tag",
      { sidecars: [{ ...proxy, image: "registry.test/proxy" }] },
      'app.sidecars[0].image is "registry.test/proxy": must be an image with a tag that stays, such as proxy:1.27.3, or with a digest',
    ],
    [
      "one whose tag moves",
      { sidecars: [{ ...proxy, image: "proxy:latest" }] },
      'app.sidecars[0].image is "proxy:latest": must be an image with a tag that stays, such as proxy:1.27.3, or with a digest',
    ],
    [
      "a toleration of another type",
      { tolerations: [{ key: "a", tolerationSeconds: "60" }] },
      'app.tolerations[0].tolerationSeconds is "60": must be a whole number',
    ],
    [
      "a volume that lacks what it needs",
      { volumes: { data: { persistentVolumeClaim: {} } } },
      "app.volumes.data.persistentVolumeClaim.claimName is missing: Kubernetes requires it",
    ],
    [
      "a label that is none",
      { labels: { team: "the shop" } },
      'app.labels.team is "the shop": must be letters, digits, -, _ and ., 63 at most',
    ],
    [
      "a baseline without a reason",
      { podSecurity: { standard: "baseline" } },
      "app.podSecurity.reason is missing",
    ],
  ];
  for (const [what, more, message] of wrong) {
    it(what, () => assert.equal(refusedApplication(more), message));
  }

  it("but not for a name of a port that another container has too", () => {
    const ports = [{ name: "http", port: 9901 }];
    assert.equal(application({ sidecars: [{ ...proxy, ports }] }).sidecars[0]?.ports.length, 1);
  });

  it("with no more of a long value than shows which one it is", () => {
    const message = refusedApplication({
      content: { path: "/a", text: "" },
      files: { "/a": "x".repeat(5000) },
    });
    assert.equal(
      message,
      `app.files["/a"] is "${"x".repeat(299)}…: is mounted on app.content, which is /a too`,
    );
  });

  it("what its containers take over is wrong once", () => {
    const initContainers = [{ name: "one", resources }];
    const variable = { env: { TOKEN: "x" }, secrets: { TOKEN: { config: "token" } } };
    assert.equal(
      refusedApplication({ ...variable, initContainers }),
      'app.env.TOKEN is "x": is among app.secrets too',
    );
    const message = refusedApplication({ writablePaths: ["/a", "/a"], initContainers });
    assert.equal(
      message,
      'app.writablePaths[1] is "/a": is mounted on app.writablePaths[0], which is /a too',
    );
  });
});

describe("an unknown key of an application is refused with the nearest:", () => {
  const unknown: readonly [key: string, more: Record<string, unknown>, nearest: string][] = [
    ["app.envs", { envs: {} }, "app.env"],
    ['app.files["/a"].txt', { files: { "/a": { txt: "" } } }, 'app.files["/a"].text'],
    ["app.probes.ready", { probes: { ready: {} } }, "app.probes.readiness"],
    [
      "app.probes.liveness.periodSecond",
      { probes: { liveness: { kind: "tcp", periodSecond: 1 } } },
      "app.probes.liveness.periodSeconds",
    ],
    ["app.secrets.A.confg", { secrets: { A: { confg: "a" } } }, "app.secrets.A.config"],
    ["app.tolerations[0].efect", { tolerations: [{ efect: "NoSchedule" }] }, "app.tolerations[0].effect"],
    [
      "app.pod.containers[0].securityContext.runAsNonroot",
      { pod: { containers: [{ name: "shop", securityContext: { runAsNonroot: true } }] } },
      "app.pod.containers[0].securityContext.runAsNonRoot",
    ],
    [
      "app.volumes.data.persistentVolumeClaim.claim",
      { volumes: { data: { persistentVolumeClaim: { claimName: "a", claim: "a" } } } },
      "app.volumes.data.persistentVolumeClaim.claimName",
    ],
  ];
  for (const [key, more, nearest] of unknown) {
    it(key, () => {
      const lines = refusedApplication(more).split("\n");
      assert.ok(lines.includes(`${key} is no known key; did you mean ${nearest}?`), lines.join("\n"));
    });
  }
});
