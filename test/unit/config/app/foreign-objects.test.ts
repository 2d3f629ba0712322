import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { foreignObjects } from "../../../../src/config/app/foreign-objects.ts";
import { pathText } from "../../../../src/config/errors.ts";
import { application, LEAST, SHOP } from "../../../support/application.ts";

const needed = (more: Record<string, unknown>): string[] =>
  foreignObjects(application(more)).map(
    ({ kind, name, key, at }) =>
      `${pathText(["app", ...at])}: ${kind} ${name}${key === undefined ? "" : ` ${key}`}`,
  );

describe("what an application needs of others", () => {
  it("is nothing where it names nothing", () => {
    assert.deepEqual(needed({}), []);
    assert.deepEqual(needed({ secrets: { A: { config: "a" } }, volumes: { secret: { emptyDir: {} } } }), []);
  });

  it("is said once, where it is named first, without what is optional", () => {
    assert.deepEqual(needed(SHOP), [
      "app.secrets.API_KEY: Secret shop-api token",
      "app.envFrom[0]: ConfigMap shared",
      "app.volumes.data.persistentVolumeClaim: PersistentVolumeClaim shop",
    ]);
  });

  it("is found in what is said in Kubernetes' words", () => {
    const env = [
      { name: "A", valueFrom: { secretKeyRef: { name: "keys", key: "a" } } },
      { name: "B", valueFrom: { configMapKeyRef: { name: "settings", key: "b", optional: true } } },
    ];
    const sources = [
      { configMap: { name: "pages" } },
      { secret: { name: "more", optional: true } },
      { downwardAPI: { items: [] } },
    ];
    assert.deepEqual(
      needed({
        volumes: {
          all: { projected: { sources } },
          certs: { secret: { secretName: "tls", items: [{ key: "tls.crt", path: "crt" }] } },
        },
        pod: { containers: [{ name: "shop", env, envFrom: [{ secretRef: { name: "whole" } }] }] },
      }),
      [
        "app.volumes.all.projected.sources[0].configMap: ConfigMap pages",
        "app.volumes.certs.secret: Secret tls tls.crt",
        "app.pod.containers[0].env[0].valueFrom.secretKeyRef: Secret keys a",
        "app.pod.containers[0].envFrom[0].secretRef: Secret whole",
      ],
    );
  });

  it("is what hooks and further containers need too", () => {
    const proxy = { name: "proxy", image: "proxy:1", resources: LEAST.resources };
    assert.deepEqual(
      needed({
        sidecars: [{ ...proxy, secrets: { A: { secret: "a", key: "k" } } }],
        hooks: { before: { args: ["x"], envFrom: [{ configMap: "b" }] } },
      }),
      ["app.sidecars[0].secrets.A: Secret a k", "app.hooks.before.envFrom[0]: ConfigMap b"],
    );
  });

  it("is no Secret where a volume's driver makes some as pods start", () => {
    const csi = { driver: "secrets-store.csi.k8s.io", readOnly: true };
    assert.deepEqual(
      needed({ secrets: { A: { secret: "made-later", key: "k" } }, volumes: { vault: { csi } } }),
      [],
    );
  });
});
