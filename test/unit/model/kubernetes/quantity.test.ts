import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { cpuText, memoryText, quantityOf } from "../../../../src/model/kubernetes/quantity.ts";

describe("quantities of Kubernetes", () => {
  it("are numbers of CPUs or bytes", () => {
    const texts = ["100m", "1.5", "64Mi", "1G", "1e3", "2E-2", 2] as const;
    assert.deepEqual(texts.map(quantityOf), [0.1, 1.5, 67_108_864, 1e9, 1000, 0.02, 2]);
    assert.throws(() => quantityOf("much"), /no quantity: much/);
    assert.throws(() => quantityOf("1Xi"), /no quantity: 1Xi/);
  });

  it("are written so that what they are for fits", () => {
    assert.deepEqual([0.1 + 0.2, 1, 0.0004, 12.5].map(cpuText), ["300m", "1", "1m", "12500m"]);
    assert.deepEqual([2 ** 20, 2 ** 20 + 1, 2 ** 31, 0].map(memoryText), ["1Mi", "2Mi", "2Gi", "0Mi"]);
  });
});
