import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { startMover } from "../../../bench/availability/mover.ts";

describe("the process that makes a way's moves", () => {
  it("says why its way cannot be prepared", async function () {
    this.timeout(60_000); // Its process runs behind everything else on this machine.
    const options = {
      name: "walkthrough",
      namespace: "bench",
      replicas: { previous: 1, canary: 1 },
      folder: "/nowhere",
      environment: {
        cluster: { kubeconfig: "/nowhere/kubeconfig", context: "none" },
        workspace: { directory: "/nowhere", environment: {} },
      },
    } as const;
    await assert.rejects(startMover(options), /the kubeconfig \/nowhere\/kubeconfig cannot be read/);
  });
});
