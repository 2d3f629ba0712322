import type * as k8s from "@pulumi/kubernetes";
import type { AppContainer } from "../../config/app/container-list.ts";
import type { LivenessProbe, Probe } from "../../config/app/probes.ts";
import type { AppConfig } from "../../config/app.ts";
import { SERVED_PORT } from "../../model/kubernetes/pod.ts";

type K8sProbe = k8s.types.input.core.v1.Probe;
export type ContainerProbes = Pick<
  k8s.types.input.core.v1.Container,
  "readinessProbe" | "livenessProbe" | "startupProbe"
>;
type Timing = Pick<K8sProbe, "periodSeconds" | "timeoutSeconds" | "failureThreshold" | "initialDelaySeconds">;

const READINESS: Timing = { periodSeconds: 1, timeoutSeconds: 2, failureThreshold: 2 };
const LIVENESS: Timing = { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 };

/**
 * Without probes of its own a container is ready when it answers by HTTP, and is restarted when its port is shut. The
 * second probe begins when the time for a start is over; a startup probe in its place would make every pod ready a second
 * later (docs/adr/0009-no-startup-probe.md).
 */
export function servedProbes(app: AppConfig): ContainerProbes {
  const { readiness, liveness, startup } = app.probes;
  // A startup probe holds the others back by itself.
  const livenessTiming = startup ? LIVENESS : { initialDelaySeconds: app.startSeconds, ...LIVENESS };
  return {
    readinessProbe: readiness
      ? probe(app, app.port, readiness, READINESS)
      : { httpGet: { path: app.probePath ?? "/", port: SERVED_PORT }, ...READINESS },
    ...(liveness?.kind !== "none" && {
      livenessProbe: probe(app, app.port, liveness ?? { kind: "tcp" }, livenessTiming),
    }),
    ...(startup && { startupProbe: probe(app, app.port, startup, startupTiming(app, startup)) }),
  };
}

/** A sidecar has the probes that it is given, and no others. */
export function sidecarProbes(app: AppConfig, container: AppContainer): ContainerProbes {
  const { readiness, liveness, startup } = container.probes;
  return {
    ...(readiness && { readinessProbe: probe(container, undefined, readiness, READINESS) }),
    ...(liveness &&
      liveness.kind !== "none" && { livenessProbe: probe(container, undefined, liveness, LIVENESS) }),
    ...(startup && { startupProbe: probe(container, undefined, startup, startupTiming(app, startup)) }),
  };
}

/** As often as it takes for `startSeconds`. */
function startupTiming({ startSeconds }: AppConfig, { periodSeconds = 1 }: Probe): Timing {
  return {
    periodSeconds,
    timeoutSeconds: 2,
    failureThreshold: Math.max(1, Math.ceil(startSeconds / periodSeconds)),
  };
}

type Asked = Exclude<LivenessProbe, { kind: "none" }> | Probe;

function probe(
  of: Pick<AppContainer, "ports">,
  served: number | undefined,
  asked: Asked,
  timing: Timing,
): K8sProbe {
  const { periodSeconds, timeoutSeconds, failureThreshold, initialDelaySeconds } = asked;
  const own = Object.entries({ periodSeconds, timeoutSeconds, failureThreshold, initialDelaySeconds });
  return {
    ...handler(of, served, asked),
    ...timing,
    ...Object.fromEntries(own.filter(([, value]) => value !== undefined)),
    ...("successThreshold" in asked &&
      asked.successThreshold !== undefined && { successThreshold: asked.successThreshold }),
  };
}

function handler(of: Pick<AppContainer, "ports">, served: number | undefined, asked: Asked): K8sProbe {
  if (asked.kind === "exec") return { exec: { command: asked.command } };
  const port = asked.port ?? SERVED_PORT;
  switch (asked.kind) {
    case "tcp":
      return { tcpSocket: { port } };
    case "grpc":
      return {
        grpc: {
          port: numberOf(port, of, served),
          ...(asked.service !== undefined && { service: asked.service }),
        },
      };
    case "http": {
      const { path, scheme, headers } = asked;
      const httpHeaders = Object.entries(headers ?? {}).map(([name, value]) => ({ name, value }));
      return {
        httpGet: {
          path,
          port,
          ...(scheme && { scheme }),
          ...(httpHeaders.length > 0 && { httpHeaders }),
        },
      };
    }
  }
}

/** Kubernetes takes a number alone for gRPC. */
function numberOf(
  port: number | string,
  { ports }: Pick<AppContainer, "ports">,
  served: number | undefined,
): number {
  if (typeof port === "number") return port;
  const found = port === SERVED_PORT ? served : ports.find(({ name }) => name === port)?.port;
  if (found === undefined) throw new Error(`no port ${port}`);
  return found;
}
