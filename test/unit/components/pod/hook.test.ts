import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hookRun } from "../../../../src/components/pod/hook.ts";
import { LEAST, refusedApplication, SHOP } from "../../../support/application.ts";
import { podArgs, SECRETS } from "../../../support/pods.ts";

const MIGRATE = { args: ["migrate"], env: { LOG_LEVEL: "debug" }, timeoutSeconds: 60 };

async function runOf(more: Record<string, unknown>, version = "1.1.0") {
  const { app, files, secrets } = await podArgs(more, "secrets" in more ? { secrets: SECRETS } : {});
  return hookRun("before", { app, files, secrets, version, tag: version });
}

describe("the Job of a hook", () => {
  it("is none where the application has no hook", async () => {
    assert.equal(await runOf({}), undefined);
    assert.equal(await runOf({ hooks: { after: { args: ["done"] } } }), undefined);
  });

  it("that says the least ends by itself, once, as restricted as the pods", async () => {
    const run = await runOf({ hooks: { before: { args: ["migrate"] } } });
    assert.deepEqual(run?.beside, []);
    const { metadata, spec, ...kind } = (run ?? assert.fail()).job as unknown as Record<string, object>;
    assert.deepEqual(kind, { apiVersion: "batch/v1", kind: "Job" });
    const { name, labels } = metadata as { name: string; labels: object };
    assert.match(name, /^shop-before-[0-9a-f]{10}$/);
    const own = { "canary-stages/app": "shop", "canary-stages/hook": "before" };
    assert.deepEqual(labels, { "app.kubernetes.io/managed-by": "pulumi", ...own });
    assert.deepEqual(spec, {
      backoffLimit: 0,
      activeDeadlineSeconds: 330,
      template: {
        metadata: { labels: own },
        spec: {
          restartPolicy: "Never",
          activeDeadlineSeconds: 300,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65532,
            runAsGroup: 65532,
            fsGroup: 65532,
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [
            {
              name: "before",
              image: "registry.test/shop:1.1.0",
              imagePullPolicy: "IfNotPresent",
              args: ["migrate"],
              resources: LEAST.resources,
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
            },
          ],
          volumes: [],
        },
      },
    });
  });

  it("has the application's environment, secrets, files and mounts, and the sidecars that it names", async () => {
    const run = await runOf({ ...SHOP, hooks: { before: { ...MIGRATE, sidecars: ["proxy"] } } });
    const { template } = (run ?? assert.fail()).job.spec as { template: { spec: Record<string, unknown> } };
    const { containers, initContainers, dnsPolicy } = template.spec as {
      containers: {
        env: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string } } }[];
      }[];
      initContainers: { name: string; restartPolicy: string }[];
      dnsPolicy: string;
    };
    assert.deepEqual(
      initContainers.map(({ name, restartPolicy }) => [name, restartPolicy]),
      [["proxy", "Always"]],
    );
    assert.equal(dnsPolicy, "None");
    const env = Object.fromEntries((containers[0]?.env ?? []).map(({ name, ...value }) => [name, value]));
    assert.deepEqual(env.LOG_LEVEL, { value: "debug" });
    const [content, secret] = run?.beside ?? [];
    assert.deepEqual(env.DB_PASSWORD, {
      valueFrom: { secretKeyRef: { name: secret?.metadata.name, key: "dbPassword" } },
    });
    assert.match(content?.metadata.name ?? "", /^shop-before-[0-9a-f]{10}$/);
    assert.deepEqual([content?.kind, secret?.kind], ["ConfigMap", "Secret"]);
    // An empty map cannot be applied twice to what is immutable.
    assert.ok(content && "data" in content && !("binaryData" in content));
    assert.deepEqual(secret?.data, { dbPassword: Buffer.from("geheim").toString("base64") });
    assert.deepEqual(run?.secret, ["geheim"]);
    assert.ok(!JSON.stringify(run?.job).includes("geheim"));
  });

  it("has what app.pod says of the application's process, but for its own variables", async () => {
    const variable = (name: string) => ({ name, valueFrom: { fieldRef: { fieldPath: "metadata.name" } } });
    const shop = {
      ...{ name: "shop", tty: true, workingDir: "/srv", securityContext: { readOnlyRootFilesystem: false } },
      ...{ env: [variable("POD"), variable("LOG_LEVEL")], lifecycle: null },
    };
    const pod = { containers: [shop], volumes: [{ name: "tmp", emptyDir: {} }] };
    const run = await runOf({ pod, hooks: { before: MIGRATE } });
    const { template } = (run ?? assert.fail()).job.spec as { template: { spec: Record<string, unknown> } };
    const [container] = template.spec.containers as Record<string, unknown>[];
    assert.deepEqual(container?.env, [{ name: "LOG_LEVEL", value: "debug" }, variable("POD")]);
    assert.equal(container?.workingDir, "/srv");
    assert.deepEqual(container?.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: false,
      capabilities: { drop: ["ALL"] },
    });
    assert.ok(!("tty" in (container ?? {})));
  });

  it("has another name for another version or other settings, and the same for the same", async () => {
    const hooks = { before: MIGRATE };
    const nameOf = async (...args: Parameters<typeof runOf>) => (await runOf(...args))?.job.metadata.name;
    const name = await nameOf({ hooks });
    assert.equal(await nameOf({ hooks }), name);
    assert.notEqual(await nameOf({ hooks }, "1.2.0"), name);
    assert.notEqual(await nameOf({ hooks, env: { LEVEL: "info" } }), name);
  });
});

describe("a hook is refused", () => {
  const cases: readonly [what: string, hook: object, message: RegExp][] = [
    ["without anything to run", {}, /app\.hooks\.before is \{\}: must have a command or args/],
    [
      "with a sidecar that there is not",
      { args: ["a"], sidecars: ["proxy"] },
      /app\.hooks\.before\.sidecars\[0\] is "proxy": is no sidecar: app\.sidecars has none/,
    ],
    [
      "with a variable that is a secret too",
      { args: ["a"], env: { A: "b" }, secrets: { A: { config: "a" } } },
      /app\.hooks\.before\.env\.A is "b": is among app\.hooks\.before\.secrets too/,
    ],
    ["without time", { args: ["a"], timeoutSeconds: 0 }, /app\.hooks\.before\.timeoutSeconds is 0/],
    [
      "with an unknown key",
      { arg: ["a"] },
      /app\.hooks\.before\.arg is no known key; did you mean app\.hooks\.before\.args\?/,
    ],
  ];
  for (const [what, before, message] of cases)
    it(what, () => assert.match(refusedApplication({ hooks: { before } }), message));
});
