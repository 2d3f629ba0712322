import type * as k8s from "@pulumi/kubernetes";
import type { AppConfig } from "../config/app.ts";
import { contentName, imageReference } from "../model/names.ts";
import type { TrackPlan } from "../model/plan.ts";

/** What a track's pods are made from. */
export interface PodArgs {
  readonly app: AppConfig;
  readonly plan: TrackPlan;
}

const CONTENT_VOLUME = "content";
const UNPRIVILEGED_PORTS_FROM = 1024;

/** The content file with the version in it; undefined when the application has none. */
export function contentText({ app, plan }: PodArgs): string | undefined {
  return app.content?.text.replaceAll("{version}", plan.version);
}

/** A pod of a track: probed, drained, and as restricted as the cluster enforces. */
export function podSpec(args: PodArgs): k8s.types.input.core.v1.PodSpec {
  const { app, plan } = args;
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(app.pullSecret !== undefined && { imagePullSecrets: [{ name: app.pullSecret }] }),
    terminationGracePeriodSeconds: app.drainSeconds + 10,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: app.runAsUser,
      runAsGroup: app.runAsUser,
      fsGroup: app.runAsUser,
      seccompProfile: { type: "RuntimeDefault" },
      ...(app.port < UNPRIVILEGED_PORTS_FROM && {
        sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
      }),
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: plan.identity },
      },
    ],
    containers: [container(args)],
    volumes: [
      ...contentVolumes(args),
      ...app.writablePaths.map((_, index) => ({ name: `writable-${index}`, emptyDir: {} })),
    ],
  };
}

function container(args: PodArgs): k8s.types.input.core.v1.Container {
  const { app, plan } = args;
  return {
    name: app.name,
    image: imageReference(app.image, plan.version),
    imagePullPolicy: "IfNotPresent",
    ports: [{ name: "http", containerPort: app.port, protocol: "TCP" }],
    resources: app.resources,
    ...probes(app),
    // The pod serves on while the edge learns that it leaves, and until what it has begun is done.
    lifecycle: { preStop: { sleep: { seconds: app.drainSeconds } } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [
      ...(app.content
        ? [{ name: CONTENT_VOLUME, mountPath: app.content.path, subPath: "index", readOnly: true }]
        : []),
      ...app.writablePaths.map((mountPath, index) => ({ name: `writable-${index}`, mountPath })),
    ],
  };
}

/**
 * A pod is ready when it answers by HTTP, and is restarted when its port is shut. The second probe begins when the time
 * for a start is over; a startup probe in its place would make every pod ready a second later
 * (docs/adr/0009-no-startup-probe.md).
 */
function probes(app: AppConfig): Pick<k8s.types.input.core.v1.Container, "readinessProbe" | "livenessProbe"> {
  return {
    readinessProbe: {
      httpGet: { path: app.probePath, port: "http" },
      periodSeconds: 1,
      timeoutSeconds: 2,
      failureThreshold: 2,
    },
    livenessProbe: {
      tcpSocket: { port: "http" },
      initialDelaySeconds: app.startSeconds,
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 3,
    },
  };
}

function contentVolumes(args: PodArgs): k8s.types.input.core.v1.Volume[] {
  const text = contentText(args);
  if (text === undefined) return [];
  return [{ name: CONTENT_VOLUME, configMap: { name: contentName(args.plan.name, text) } }];
}
