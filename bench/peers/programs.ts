import { ensureGoController, type GoController } from "../../local/engine/go-controller.ts";
import type { ContenderName } from "./contender.ts";

/** The tools that a release is compared with, by the short names of this bench. */
export const PEERS = {
  argo: {
    name: "argo-rollouts",
    title: "Argo Rollouts",
    version: "1.9.0",
    module: "github.com/argoproj/argo-rollouts",
    main: "cmd/rollouts-controller",
    variables: { "github.com/argoproj/argo-rollouts/utils/version.version": "1.9.0" },
    crds: [
      "manifests/crds/rollout-crd.yaml",
      "manifests/crds/experiment-crd.yaml",
      "manifests/crds/analysis-run-crd.yaml",
      "manifests/crds/analysis-template-crd.yaml",
      "manifests/crds/cluster-analysis-template-crd.yaml",
    ],
  },
  flagger: {
    name: "flagger",
    title: "Flagger",
    version: "1.41.0",
    module: "github.com/fluxcd/flagger",
    main: "cmd/flagger",
    crds: ["artifacts/flagger/crd.yaml"],
  },
} as const satisfies Readonly<Record<string, GoController>>;

export type PeerName = keyof typeof PEERS;

export const isPeer = (name: ContenderName): name is ContenderName & PeerName => name in PEERS;

/** Found in the cache, or built: minutes. @throws as `ensureGoController` */
export const ensurePeer = (name: PeerName, ...rest: Tail<Parameters<typeof ensureGoController>>) =>
  ensureGoController(PEERS[name], ...rest);

type Tail<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Rest] ? Rest : never;
