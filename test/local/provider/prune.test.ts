import assert from "node:assert/strict";
import fc from "fast-check";
import type { JsonObject } from "../../../local/provider/json.ts";
import { pruned, sameQuantity } from "../../../local/provider/prune.ts";

describe("pruning", () => {
  it("keeps what the inputs mention, as it is live", () => {
    const inputs = { metadata: { name: "a" }, spec: { replicas: 1 } };
    const live = { metadata: { name: "a", uid: "u" }, spec: { replicas: 3, paused: false }, status: {} };
    assert.deepEqual(pruned(inputs, live), { metadata: { name: "a" }, spec: { replicas: 3 } });
  });

  it("shows what is gone by leaving it out", () => {
    assert.deepEqual(
      pruned({ metadata: { annotations: { a: "1", b: "2" } } }, { metadata: { annotations: { a: "1" } } }),
      {
        metadata: { annotations: { a: "1" } },
      },
    );
  });

  it("keeps an empty object or list that the server does not return", () => {
    assert.deepEqual(pruned({ spec: { podSelector: {}, list: [] } }, { spec: {} }), {
      spec: { podSelector: {}, list: [] },
    });
  });

  it("finds items of a list by their key, not by their place", () => {
    const inputs = {
      env: [
        { name: "B", value: "2" },
        { name: "A", value: "1" },
      ],
    };
    const live = { env: [{ name: "injected" }, { name: "A", value: "1" }, { name: "B", value: "9", x: 1 }] };
    assert.deepEqual(pruned(inputs, live), {
      env: [
        { name: "B", value: "9" },
        { name: "A", value: "1" },
      ],
    });
  });

  it("takes lists without a key item by item", () => {
    assert.deepEqual(pruned({ verbs: ["get", "list"] }, { verbs: ["get", "watch", "list"] }), {
      verbs: ["get", "watch", "list"],
    });
  });

  it("keeps the inputs' words for the same quantity, only where quantities stand", () => {
    const inputs = { resources: { limits: { cpu: "0.5", memory: "1Gi" } }, annotations: { version: "2.40" } };
    const live = { resources: { limits: { cpu: "500m", memory: "1Gi" } }, annotations: { version: "2.4" } };
    assert.deepEqual(pruned(inputs, live), {
      resources: { limits: { cpu: "0.5", memory: "1Gi" } },
      annotations: { version: "2.4" },
    });
  });

  it("changes nothing of an object that the server returned as it was sent", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const object = JSON.parse(JSON.stringify(value)) as JsonObject;
        assert.deepEqual(pruned(object, object), object);
      }),
    );
  });
});

describe("quantities", () => {
  it("are equal across suffixes and number types", () => {
    assert.ok(sameQuantity("0.5", "500m"));
    assert.ok(sameQuantity("1024Mi", "1Gi"));
    assert.ok(sameQuantity(2, "2"));
    assert.ok(!sameQuantity("1", "1k"));
    assert.ok(!sameQuantity("1e", "1e"));
    assert.ok(!sameQuantity("text", "other"));
  });
});
