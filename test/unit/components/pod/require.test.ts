import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { requirePod } from "../../../../src/components/pod/require.ts";
import { UserError } from "../../../../src/errors.ts";
import { podArgs } from "../../../support/pods.ts";

const BASELINE = { podSecurity: { standard: "baseline", reason: "the image starts as root" } };

async function refusal(more: Record<string, unknown>): Promise<string> {
  const args = await podArgs(more);
  try {
    requirePod(args);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return error.toString();
  }
  return assert.fail("the pod was accepted");
}

describe("an application's pod is refused with path, value and a way out where it", () => {
  const inShop = (more: object) => ({ pod: { containers: [{ name: "shop", ...more }] } });
  const wrong: readonly [what: string, more: Record<string, unknown>, text: string][] = [
    [
      "takes the drain away",
      inShop({ lifecycle: { preStop: null } }),
      "app.pod.containers[shop].lifecycle.preStop is missing: must sleep for 15 s at least: the pod serves on while the edge learns that it leaves (app.drainSeconds)\n" +
        "Take it out of app.pod: this is what keeps requests from failing while a release goes through its stages.",
    ],
    [
      "adds a container without a name for its variable's source",
      inShop({ env: [{ name: "A", valueFrom: { fieldRef: {} } }] }),
      "app.pod.containers[0].env[0].valueFrom.fieldRef.fieldPath is missing: Kubernetes requires it\n" +
        "Take it out of app.pod: this is what keeps requests from failing while a release goes through its stages.",
    ],
    [
      "is privileged",
      inShop({ securityContext: { privileged: true } }),
      "the pods would not keep the Pod Security Standard restricted:\n" +
        "app.pod.containers[shop].securityContext.privileged is true: must not be privileged\n" +
        "Take it out: pods with it would share too much with their node, and the namespace refuses them.",
    ],
    [
      "is privileged, whatever the reason",
      { ...inShop({ securityContext: { privileged: true } }), ...BASELINE },
      "the pods would not keep the Pod Security Standard baseline:\n" +
        "app.pod.containers[shop].securityContext.privileged is true: must not be privileged\n" +
        "Take it out: pods with it would share too much with their node, and the namespace refuses them.",
    ],
    [
      "has a volume that is not to be had",
      { volumes: { host: { hostPath: { path: "/var" } } } },
      "the pods would not keep the Pod Security Standard restricted:\n" +
        'app.volumes.host.hostPath is {"path":"/var"}: must not be a folder of the node\n' +
        "Take it out: pods with it would share too much with their node, and the namespace refuses them.",
    ],
    [
      "has a label that the router goes by",
      { labels: { track: "mine" } },
      'app.labels["track"] is "mine", but the router sets it to "canary"\nTake another key: the traffic goes by this one.',
    ],
    [
      "has an annotation that the router goes by",
      { annotations: { weight: "100" } },
      'app.annotations["weight"] is "100", but the router sets it to "25"\nTake another key: the traffic goes by this one.',
    ],
  ];
  for (const [what, more, text] of wrong) {
    it(what, async () => assert.equal(await refusal(more), text));
  }
});

describe("a pod that is root", () => {
  const root = { pod: { securityContext: { runAsNonRoot: false, runAsUser: 0 } } };

  it("is refused, with the way out that there is for it", async () =>
    assert.match(
      await refusal(root),
      /runAsUser is 0: must not be root(.*\n)+.*or say why it has to be: app\.podSecurity: /,
    ));

  it("is accepted with a reason", async () => requirePod(await podArgs({ ...root, ...BASELINE })));
});
