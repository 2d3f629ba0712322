import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { PROJECT_ROOT } from "../../../../local/paths.ts";
import { keysOf, keyType } from "../../../../src/model/kubernetes/types.ts";
import { podTypesOf, type TypeTable } from "../../../support/kubernetes-types.ts";

const TABLE_FILE = join(PROJECT_ROOT, "src", "model", "kubernetes", "pod-types.json");
const MODELS = join(PROJECT_ROOT, "node_modules", "@kubernetes", "client-node", "dist", "gen", "models");
const GO_MODULES = join(process.env.GOPATH ?? join(homedir(), "go"), "pkg", "mod", "k8s.io");

const table = JSON.parse(readFileSync(TABLE_FILE, "utf8")) as TypeTable;

/** Keys of a model of the client, and those that are required, by its declarations: `'name'?: string;`. */
function modelKeys(type: string): { keys: string[]; required: string[] } {
  const file = ["V1", "CoreV1"].map((prefix) => join(MODELS, `${prefix}${type}.d.ts`)).find(existsSync);
  assert.ok(file, `the client has no model of ${type}`);
  const declared = [...readFileSync(file, "utf8").matchAll(/^ {4}'([^']+)'(\?)?: /gm)];
  // The client names some keys otherwise than the API, for example _continue and _from.
  const keys = declared.map(([, key = "", optional]) => ({ key: key.replace(/^_/, ""), optional }));
  return {
    keys: keys.map(({ key }) => key).sort(),
    required: keys
      .filter(({ optional }) => !optional)
      .map(({ key }) => key)
      .sort(),
  };
}

describe("the table of Kubernetes' types", () => {
  const types = Object.keys(table);

  it("is of the release that the client is made from", () => {
    const model = readFileSync(join(MODELS, "V1PodSpec.js"), "utf8");
    assert.match(model, /OpenAPI spec version: release-1\.36/);
    assert.ok(types.length > 100, `${types.length} types`);
  });

  for (const type of types) {
    it(`has the keys of ${type} that the client has, and requires those that it requires`, () => {
      const { keys, required } = modelKeys(type);
      assert.deepEqual([...keysOf(type)].sort(), keys);
      assert.deepEqual(
        keysOf(type)
          .filter((key) => keyType(type, key)?.required)
          .sort(),
        required,
      );
    });
  }

  it("is what Kubernetes' own OpenAPI document says, where that is on this machine", function () {
    const release = existsSync(GO_MODULES)
      ? readdirSync(GO_MODULES).find((name) => name.startsWith("kubernetes@v1.36."))
      : undefined;
    if (release === undefined) return this.skip();
    const made = podTypesOf(join(GO_MODULES, release, "api", "openapi-spec", "swagger.json"));
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(TABLE_FILE, `${JSON.stringify(made, null, 2)}\n`);
    else assert.deepEqual(made, table);
  });
});

describe("what a key takes", () => {
  it("is read from the table: lists by their merge key, maps, scalars", () => {
    assert.deepEqual(keyType("PodSpec", "containers"), {
      name: "Container",
      form: "list",
      required: true,
      mergeKey: "name",
    });
    assert.deepEqual(keyType("Container", "volumeMounts")?.mergeKey, "mountPath");
    assert.deepEqual(keyType("Container", "args"), {
      name: "string",
      form: "list",
      required: false,
      mergeKey: undefined,
    });
    assert.equal(keyType("PodSpec", "nodeSelector")?.form, "map");
    assert.equal(keyType("ResourceRequirements", "limits")?.name, "Quantity");
  });

  it("is nothing for a key that there is not, those of every object among them", () => {
    assert.equal(keyType("PodSpec", "replicas"), undefined);
    assert.equal(keyType("PodSpec", "constructor"), undefined);
    assert.equal(keyType("toString", "name"), undefined);
  });
});
