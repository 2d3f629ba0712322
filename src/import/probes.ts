import { type Imported, isObject, type Json, listAt, objectAt } from "./manifest.ts";
import { compact, Remaining } from "./remaining.ts";

/** Ports of a container as `app` has them. */
export interface ServedPort {
  readonly number: number;
  /** As the given container names it; undefined where it does not. */
  readonly name: string | undefined;
}

/** What Kubernetes has where a probe says nothing: API reference, "Probe". */
const DEFAULTS = { periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3 };

type Kind = "readiness" | "liveness" | "startup";

/** The probes of a container; undefined where it has none. */
export function probesOf(
  container: Remaining,
  imported: Imported,
  served: ServedPort | undefined,
): Partial<Record<Kind, Json>> {
  const probe = (kind: Kind) => {
    const given = container.take(`${kind}Probe`);
    return isObject(given) ? probeOf(kind, given, imported, served) : undefined;
  };
  return { readiness: probe("readiness"), liveness: probe("liveness"), startup: probe("startup") };
}

function probeOf(kind: Kind, given: Json, { notes, where }: Imported, served: ServedPort | undefined): Json {
  const left = new Remaining(given);
  const handler = handlerOf(left, served);
  const timing = Object.fromEntries(
    Object.entries(DEFAULTS).map(([key, value]) => [key, left.take<number>(key) ?? value]),
  );
  const initialDelaySeconds = left.take<number>("initialDelaySeconds") ?? 0;
  const successThreshold = left.take<number>("successThreshold") ?? 1;
  for (const key of Object.keys(left.rest))
    notes.push(`${where}.probes.${kind} cannot have ${key}: it is left out`);
  return {
    ...handler,
    ...timing,
    // The application's own liveness begins late unless it says when.
    ...((initialDelaySeconds > 0 || kind === "liveness") && { initialDelaySeconds }),
    ...(successThreshold > 1 && { successThreshold }),
  };
}

function handlerOf(probe: Remaining, served: ServedPort | undefined): Json {
  const [http, tcp, grpc, exec] = ["httpGet", "tcpSocket", "grpc", "exec"].map((key) =>
    probe.take<Json>(key),
  );
  const port = (given: unknown) => (given === served?.number || given === served?.name ? undefined : given);
  if (exec) return { kind: "exec", command: exec.command };
  if (grpc) return compact({ kind: "grpc", port: port(grpc.port), service: grpc.service || undefined });
  if (tcp) return compact({ kind: "tcp", port: port(tcp.port) });
  const { path: given = "", scheme } = http ?? {};
  const path = String(given).startsWith("/") ? given : `/${given}`;
  const headers = listAt(http ?? {}, "httpHeaders").map(({ name, value }) => [name, value]);
  return compact({
    kind: "http",
    path,
    port: port(http?.port),
    scheme: scheme === "HTTP" ? undefined : scheme,
    headers: Object.fromEntries(headers) as Json,
  });
}

/** The port that a probe asks. */
export const portOfProbe = (probe: Json): unknown =>
  ["httpGet", "tcpSocket", "grpc"].map((key) => objectAt(probe, key).port).find((port) => port !== undefined);
