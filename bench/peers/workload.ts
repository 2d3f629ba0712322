import type { ContenderName, Version } from "./contender.ts";

export const NAMESPACE_PREFIX = "peers-app-";

/** The namespace that a contender has to itself. */
export const namespaceOf = (name: ContenderName): string => `${NAMESPACE_PREFIX}${name}`;

/** Pods that take traffic at rest, where their number is not the share: for each side of a split. */
export const PODS = 2;
/** Pods where their number is the share: as few as give 25 and 75 %. */
export const TOTAL_PODS = 4;

/** The measured application, as an `app` of Pulumi.yaml; the peers' pods are made alike. */
export const APP = {
  name: "app",
  image: "docker.io/canary-stages/app",
  port: 5000,
  probePath: "/healthz",
  resources: { requests: { cpu: "20m", memory: "16Mi" }, limits: { cpu: "500m", memory: "64Mi" } },
  /** What Flagger's list for production sleeps before a pod ends (docs/gitbook/tutorials/zero-downtime-deployments.md). */
  drainSeconds: 10,
  startSeconds: 20,
  minReadySeconds: 2,
  /** So that the local Prometheus scrapes the pods. */
  annotations: { "prometheus.io/scrape": "true" },
} as const;

/** The variable that tells a version from every other in what its pods answer. */
const VERSION_VARIABLE = "VERSION";

/** All variables of a version's container. */
export const variablesOf = ({ name, variables }: Version): Record<string, string> => ({
  ...variables,
  [VERSION_VARIABLE]: name,
});

/** A pod, as far as its version is looked at. */
export interface VersionedPod {
  readonly spec?: {
    readonly containers: readonly {
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
    }[];
  };
}

/** The version of a pod, of whichever contender. */
export const versionOf = ({ spec }: VersionedPod): string | undefined =>
  spec?.containers[0]?.env?.find(({ name }) => name === VERSION_VARIABLE)?.value;

/** A pod template with what this program's pods have: probes, drain, restricted security. */
export function podTemplate(version: Version): object {
  return {
    metadata: { labels: { app: APP.name }, annotations: APP.annotations },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
      terminationGracePeriodSeconds: 2 * APP.drainSeconds,
      containers: [
        {
          name: APP.name,
          image: `${APP.image}:${version.tag}`,
          imagePullPolicy: "IfNotPresent",
          ports: [{ name: "http", containerPort: APP.port }],
          env: Object.entries(variablesOf(version)).map(([name, value]) => ({ name, value })),
          readinessProbe: {
            httpGet: { path: APP.probePath, port: "http" },
            periodSeconds: 1,
            timeoutSeconds: 2,
            failureThreshold: 2,
          },
          livenessProbe: {
            tcpSocket: { port: "http" },
            initialDelaySeconds: APP.startSeconds,
            periodSeconds: 10,
            timeoutSeconds: 5,
            failureThreshold: 3,
          },
          lifecycle: { preStop: { sleep: { seconds: APP.drainSeconds } } },
          resources: APP.resources,
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
        },
      ],
    },
  };
}
