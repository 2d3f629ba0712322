import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { podReferences } from "../../../../src/components/admission/references.ts";
import { application, SHOP } from "../../../support/application.ts";

const NOTHING = {
  serviceAccounts: ["default"],
  mountsToken: false,
  priorityClasses: [],
  pullSecrets: [],
  secrets: [],
  secretKeys: [],
  configMaps: [],
  claims: [],
  csi: [],
  volumes: [],
  projections: [],
};

describe("what pods of an application refer to", () => {
  it("is nothing for the least one", () => {
    assert.deepEqual(podReferences([application()]), NOTHING);
  });

  it("is each thing that app names: keys of Secrets one by one, those that are read as a whole as such", () => {
    assert.deepEqual(podReferences([application(SHOP)]), {
      ...NOTHING,
      serviceAccounts: ["shop"],
      mountsToken: true,
      priorityClasses: ["important"],
      secrets: ["keys"],
      secretKeys: ["shop-api/token"],
      configMaps: ["shared"],
      claims: ["shop"],
      volumes: ["emptyDir", "persistentVolumeClaim"],
    });
  });

  it("is what a piece of PodSpec adds, and not what it takes away", () => {
    const csi = { driver: "secrets-store.csi.k8s.io", volumeAttributes: { secretProviderClass: "shop" } };
    const sources = [{ secret: { name: "bundle" } }, { serviceAccountToken: { path: "token" } }];
    const pod = {
      imagePullSecrets: [{ name: "registry" }],
      volumes: [
        { name: "vault", csi: { ...csi, nodePublishSecretRef: { name: "vault-login" } } },
        { name: "all", projected: { sources } },
      ],
      containers: [{ name: "shop", envFrom: null }],
    };
    const envFrom = [{ secret: "keys" }];
    assert.deepEqual(podReferences([application({ envFrom, pod })]), {
      ...NOTHING,
      pullSecrets: ["registry"],
      secrets: ["bundle", "vault-login"],
      csi: [{ driver: csi.driver, attributes: csi.volumeAttributes }],
      volumes: ["csi", "projected"],
      projections: ["secret", "serviceAccountToken"],
    });
  });

  it("is what hooks take besides, and what each version does", () => {
    const hooks = { before: { args: ["migrate"], envFrom: [{ secret: "admin" }] } };
    const found = podReferences([application({ hooks }), application({ serviceAccount: "shop" })]);
    assert.deepEqual(found, { ...NOTHING, secrets: ["admin"], serviceAccounts: ["default", "shop"] });
  });
});
