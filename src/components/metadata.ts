import type * as pulumi from "@pulumi/pulumi";
import { FIELD_MANAGER } from "../model/names.ts";

/**
 * Annotation of objects that the provider is not to wait for: a Service whose endpoints may be none, or a Deployment
 * whose rollout is waited for by what depends on it (`beforeChange`). The provider's own wait can end on an old status,
 * and would hold up the way back from a canary that is broken.
 */
export const SKIP_AWAIT = { "pulumi.com/skipAwait": "true" } as const;

interface Extra {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * Metadata of an object that every stage declares: with the one field manager that all stages share, which takes
 * back what somebody changed by hand. A preview shows that; a conflict would stop the way back when it is needed most.
 */
export function applicationMetadata(name: string, namespace: pulumi.Input<string>, extra: Extra = {}) {
  return {
    name,
    namespace,
    labels: { "app.kubernetes.io/managed-by": "pulumi", ...extra.labels },
    annotations: {
      "pulumi.com/patchFieldManager": FIELD_MANAGER,
      "pulumi.com/patchForce": "true",
      ...extra.annotations,
    },
  };
}
