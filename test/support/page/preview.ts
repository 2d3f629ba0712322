import type { PreviewAnswer } from "../../../src/page/contract.ts";
import { RELEASE } from "./release.ts";

const track = (deployment: string, version: string, from: number, to: number) => ({
  deployment,
  version: { from: version, to: version },
  autoscaling: null,
  replicas: { from: 3, to: 3 },
  weight: { from, to },
  intended: { from, to },
  effective: { from, to },
});

/** The preview of the promotion from canary-75 to canary-100. */
export const PREVIEW: PreviewAnswer = {
  preview: {
    stage: "canary-100",
    release: RELEASE,
    move: "promotion",
    tracks: {
      canary: track("httpd-new", RELEASE.canary, 75, 100),
      previous: { ...track("httpd-previous", RELEASE.previous, 25, 0), replicas: { from: 3, to: 0 } },
    },
    settings: [{ path: "image", change: "changed", from: RELEASE.previous, to: RELEASE.canary }],
    liveChanges: [],
    contradictions: [],
    during: { lowest: 75, highest: 100 },
    hooks: [],
    restarts: ["httpd-new"],
    changes: [
      {
        object: "Deployment httpd-new",
        operation: "update",
        path: "ingress.appscode.com/backend-weight",
        from: "75",
        to: "100",
      },
      { object: "Deployment httpd-previous", operation: "update", path: "spec.replicas", from: 3, to: 0 },
      {
        object: "Deployment httpd-previous",
        operation: "update",
        path: "ingress.appscode.com/backend-weight",
        from: "25",
        to: "0",
      },
      {
        object: "ConfigMap httpd-release",
        operation: "update",
        path: "data.effectiveCanary",
        from: "75",
        to: "100",
      },
    ],
    takenOver: [],
  },
  commandLine: "npx canary preview canary-100",
  seen: "seen-of-the-test",
};
