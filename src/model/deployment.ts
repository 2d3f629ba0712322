/** A Deployment as the API server gives it, as far as anybody here reads it (Kubernetes API reference, apps/v1). */
export interface Deployment {
  readonly metadata?: { readonly name?: string; readonly generation?: number };
  readonly spec: {
    /** 1 where it is not said. */
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template: {
      readonly metadata?: {
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
      };
      readonly spec?: { readonly containers?: readonly { readonly image?: string }[] };
    };
  };
  readonly status?: {
    /** The `metadata.generation` that the rest of the status speaks of. */
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** Pods that are asked for. */
export const wantedReplicas = ({ spec }: Deployment): number => spec.replicas ?? 1;

/** Image of the application's container: `httpd:2.4.20`. */
export const imageOf = ({ spec }: Deployment): string | undefined =>
  spec.template.spec?.containers?.[0]?.image;
