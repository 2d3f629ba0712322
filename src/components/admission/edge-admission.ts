import type { Annotations, Rule } from "./cel.ts";

/** What a router's edge has in the namespace, as far as the deployer writes it. */
export interface EdgeAdmission {
  /** Names of the Deployments of both tracks. */
  readonly deployments: readonly string[];
  readonly services: {
    readonly names: readonly string[];
    /** `ClusterIP`, `LoadBalancer`. */
    readonly types: readonly string[];
    readonly annotations: Annotations;
    /** Networks that may connect to a load balancer; undefined for all. */
    readonly ranges?: readonly string[] | undefined;
  };
  /** The router's own objects. */
  readonly objects: readonly EdgeObject[];
}

/** A kind of object that a router declares. */
export interface EdgeObject {
  readonly apiGroup: string;
  /** Its name in paths: `httproutes`. */
  readonly resource: string;
  readonly names: readonly string[];
  readonly rules: readonly Rule[];
  readonly annotations?: Annotations;
}
