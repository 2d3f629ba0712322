import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { CANARIES, HEALTHY, KINDS, versionsOf } from "../../../../bench/peers/canaries.ts";
import { rollout, STEP_AT } from "../../../../bench/peers/settings/argo.ts";
import { settingsOf } from "../../../../bench/peers/settings/ours.ts";
import { APP, podTemplate } from "../../../../bench/peers/workload.ts";
import { servedProbes } from "../../../../src/components/pod/probes.ts";
import { appSchema } from "../../../../src/config/app.ts";

describe("settings of the peers", () => {
  it("knows the steps at which a Rollout waits", () => {
    for (const analysis of [undefined, { prometheus: "http://127.0.0.1:9", interval: "10s", pause: "60s" }]) {
      const { spec } = rollout({ name: "a", tag: "1.0.0", variables: {} }, analysis) as {
        readonly spec: { readonly strategy: { readonly canary: { readonly steps: readonly object[] } } };
      };
      const { steps } = spec.strategy.canary;
      for (const share of [25, 75] as const) {
        assert.deepEqual(steps[STEP_AT[share] - 1], { setWeight: share });
        assert.ok("pause" in (steps[STEP_AT[share]] ?? {}));
      }
      assert.equal(steps.length, STEP_AT[100]);
    }
  });

  it("judges with this program's own defaults, and not while shares are held", () => {
    const world = {
      envoy: { url: "http://10.0.0.1", admin: "http://127.0.0.1:1" },
      prometheus: "http://127.0.0.1:2",
    };
    assert.equal(settingsOf("gateway", "n", world, false).project.gate, undefined);
    assert.deepEqual(settingsOf("gateway", "n", world, true).project.gate, {
      value: { stats: ["http://127.0.0.1:1"] },
    });
  });

  it("has base rates for both versions, and a canary that is worse wherever somebody should find it", () => {
    for (const kind of CANARIES) {
      const { base, fails, variables, takes, tag } = KINDS[kind];
      assert.equal(HEALTHY.includes(kind), fails === base && !variables && !takes && !tag);
      assert.equal(versionsOf(kind).stable.variables.FAIL_PERCENT, base === 0 ? undefined : String(base));
    }
  });

  it("probes the peers' pods as this program probes its own", () => {
    const { readinessProbe, livenessProbe } = servedProbes(appSchema.parse(APP));
    const template = podTemplate({ name: "a", tag: "1.0.0", variables: {} }) as {
      readonly spec: { readonly containers: readonly [object] };
    };
    assert.partialDeepStrictEqual(template.spec.containers[0], { readinessProbe, livenessProbe });
  });
});
