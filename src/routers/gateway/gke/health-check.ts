import type { AppConfig } from "../../../config/app.ts";
import { SERVED_PORT } from "../../../model/kubernetes/pod.ts";

/**
 * `config` of a HealthCheckPolicy: the type, and the one field that goes with it. Source of its fields and their patterns:
 * GoogleCloudPlatform/gke-gateway-api, apis/networking/v1/healthcheck_types.go.
 */
export type HealthCheck =
  | { readonly type: "HTTP"; readonly httpHealthCheck: HttpCheck }
  | { readonly type: "HTTPS"; readonly httpsHealthCheck: HttpCheck }
  | { readonly type: "TCP"; readonly tcpHealthCheck: PortCheck }
  | { readonly type: "GRPC"; readonly grpcHealthCheck: PortCheck & { readonly grpcServiceName?: string } };

interface PortCheck {
  readonly portSpecification: "USE_FIXED_PORT";
  readonly port: number;
}

interface HttpCheck extends PortCheck {
  readonly requestPath: string;
  readonly host?: string;
}

type HttpProbe = Extract<AppConfig["probes"]["readiness"], { kind: "http" }>;

const PATH = /^\/[A-Za-z0-9/\-._~%!?$&'()*+,;=:]{0,2047}$/;
const HOST =
  /^(?=.{1,2048}$)(?!\d+(\.\d+){3}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * What Google's load balancer asks the pods of this application, since it knows nothing of readiness probes: the same as
 * its readiness probe. What it cannot ask (a command; other headers than Host; a path with other letters) is a connection to
 * the port instead: the probe itself still takes pods that are not ready out of the Service's endpoints. How often is
 * Google's own: each 5 s, twice in a row.
 */
export function healthCheckOf(app: AppConfig): HealthCheck {
  const { readiness } = app.probes;
  if (!readiness) return httpCheck(app, { kind: "http", path: app.probePath ?? "/" });
  switch (readiness.kind) {
    case "http":
      return httpCheck(app, readiness);
    case "tcp":
      return tcpCheck(app, readiness.port);
    case "exec":
      return tcpCheck(app, undefined);
    case "grpc": {
      const { service } = readiness;
      const grpcServiceName = service === undefined ? {} : { grpcServiceName: service };
      return { type: "GRPC", grpcHealthCheck: { ...portCheck(app, readiness.port), ...grpcServiceName } };
    }
  }
}

/** The port that is asked: the NetworkPolicy and the firewall have to let the load balancer through to it. */
export function healthCheckPort(check: HealthCheck): number {
  switch (check.type) {
    case "HTTP":
      return check.httpHealthCheck.port;
    case "HTTPS":
      return check.httpsHealthCheck.port;
    case "TCP":
      return check.tcpHealthCheck.port;
    case "GRPC":
      return check.grpcHealthCheck.port;
  }
}

function httpCheck(app: AppConfig, { path, port, scheme, headers = {} }: HttpProbe): HealthCheck {
  const others = Object.keys(headers).filter((name) => name.toLowerCase() !== "host");
  const host = Object.entries(headers).find(([name]) => name.toLowerCase() === "host")?.[1];
  if (others.length > 0 || !PATH.test(path) || (host !== undefined && !HOST.test(host))) {
    return tcpCheck(app, port);
  }
  const check = { ...portCheck(app, port), requestPath: path, ...(host !== undefined && { host }) };
  return scheme === "HTTPS"
    ? { type: "HTTPS", httpsHealthCheck: check }
    : { type: "HTTP", httpHealthCheck: check };
}

const tcpCheck = (app: AppConfig, port: Port): HealthCheck => ({
  type: "TCP",
  tcpHealthCheck: portCheck(app, port),
});

type Port = number | string | undefined;

/** A port by its name is known to Kubernetes alone. */
function portCheck({ port: served, ports }: AppConfig, port: Port): PortCheck {
  const number =
    typeof port === "number"
      ? port
      : port === undefined || port === SERVED_PORT
        ? served
        : ports.find(({ name }) => name === port)?.port;
  if (number === undefined) throw new Error(`no port ${port}`);
  return { portSpecification: "USE_FIXED_PORT", port: number };
}
