import assert from "node:assert/strict";
import { diffOptions, optionFailures, parseOptions, type Target } from "../../../local/provider/config.ts";
import { serverOf } from "../../../local/provider/kubeconfig.ts";
import { UNKNOWN } from "../../../local/provider/values.ts";

describe("the provider's options", () => {
  it("are read from the text that the engine makes of them", () => {
    const options = parseOptions({
      kubeconfig: "text",
      context: "c",
      namespace: "n",
      upsertExistingObjects: "true",
      enableConfigMapMutable: true,
      enableSecretMutable: "false",
    });
    assert.deepEqual(options, {
      target: { kubeconfig: "text", context: "c", cluster: undefined, namespace: "n" },
      upsert: true,
      mutability: { configMaps: true, secrets: false },
    });
  });

  it("take a kubeconfig given as an object", () => {
    assert.equal(parseOptions({ kubeconfig: { kind: "Config" } }).target.kubeconfig, '{"kind":"Config"}');
  });

  it("fail where the stand-in lacks one, by its name", () => {
    assert.deepEqual(optionFailures({ kubeconfig: "x", version: "4", __internal: {} }), []);
    assert.deepEqual(
      optionFailures({ renderYamlToDirectory: "x", enableServerSideApply: false }).map(
        ({ property }) => property,
      ),
      ["renderYamlToDirectory", "enableServerSideApply"],
    );
    assert.deepEqual(optionFailures({ enableServerSideApply: "true" }), []);
    assert.deepEqual(optionFailures({ enableServerSideApply: UNKNOWN }), []);
  });
});

describe("a change of the options", () => {
  const at = (server: string, token = "a") => ({ kubeconfig: kubeconfig(server, token) });

  it("to another server replaces", async () => {
    assert.deepEqual(await replaces(at("https://one:1"), at("https://two:2")), ["kubeconfig"]);
  });

  it("to other credentials of the same server updates", async () => {
    assert.deepEqual(await replaces(at("https://one:1", "a"), at("https://one:1", "b")), []);
  });

  it("is no move while the new kubeconfig is unknown", async () => {
    assert.deepEqual(await replaces(at("https://one:1"), { kubeconfig: UNKNOWN }), []);
  });

  it("follows the context", async () => {
    const two = kubeconfig("https://one:1", "a", "https://two:2");
    const olds = { kubeconfig: two, context: "first" };
    assert.deepEqual(await replaces(olds, { kubeconfig: two, context: "second" }), ["context"]);
  });

  it("of the version is none", async () => {
    const diff = await diffOptions({ version: "4.31.0" }, { version: "4.32.0" }, resolved);
    assert.deepEqual(diff.getDetaileddiffMap().toArray(), []);
  });
});

async function replaces(olds: Record<string, string>, news: Record<string, string>): Promise<string[]> {
  const diff = await diffOptions(olds, news, resolved);
  assert.ok(!diff.getDeletebeforereplace());
  return diff.getReplacesList();
}

async function resolved(target: Target): Promise<string | undefined> {
  return serverOf(target);
}

function kubeconfig(server: string, token: string, second = server): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "first",
    clusters: [
      { name: "one", cluster: { server } },
      { name: "two", cluster: { server: second } },
    ],
    users: [{ name: "u", user: { token } }],
    contexts: [
      { name: "first", context: { cluster: "one", user: "u" } },
      { name: "second", context: { cluster: "two", user: "u" } },
    ],
  });
}
