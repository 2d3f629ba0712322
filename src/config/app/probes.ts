import { z } from "zod";
import { absolutePath, portNumber, seconds, secondsOrNone } from "./texts.ts";

const times = z.int("must be a whole number of times").min(1, "must be at least 1").max(1000);

/** When a probe asks, and what it takes for an answer; what is left out is as without a probe of one's own. */
const timing = {
  /** Seconds between two questions. */
  periodSeconds: seconds.optional(),
  /** Seconds after which no answer is one. */
  timeoutSeconds: seconds.optional(),
  /** So many failures in a row, and it has failed. */
  failureThreshold: times.optional(),
  /** Seconds after the container's start before the first question. */
  initialDelaySeconds: secondsOrNone.optional(),
} as const;

/** A port of the container by number or name; the served one without it. */
const port = z
  .union([portNumber, z.string().min(1)], "must be a port number or the name of a port")
  .optional();

const handlers = {
  http: {
    kind: z.literal("http"),
    path: absolutePath,
    port,
    scheme: z.enum(["HTTP", "HTTPS"]).optional(),
    /** `{ Host: shop.example.com }` */
    headers: z.record(z.string().min(1), z.string()).optional(),
  },
  tcp: { kind: z.literal("tcp"), port },
  grpc: {
    kind: z.literal("grpc"),
    port,
    /** What the health service is asked for; the server as a whole without it. */
    service: z.string().min(1).optional(),
  },
  exec: { kind: z.literal("exec"), command: z.array(z.string()).min(1) },
} as const;

function probeWith<T extends z.ZodRawShape>(extra: T) {
  return z.discriminatedUnion("kind", [
    z.strictObject({ ...handlers.http, ...timing, ...extra }),
    z.strictObject({ ...handlers.tcp, ...timing, ...extra }),
    z.strictObject({ ...handlers.grpc, ...timing, ...extra }),
    z.strictObject({ ...handlers.exec, ...timing, ...extra }),
  ]);
}

const readiness = probeWith({
  /** So many answers in a row, and the pod is ready. */
  successThreshold: times.optional(),
});
const startup = probeWith({});
const noProbe = z.strictObject({ kind: z.literal("none") });
const liveness = z.discriminatedUnion("kind", [...startup.options, noProbe]);

export type Probe = z.infer<typeof readiness> | z.infer<typeof startup>;
export type LivenessProbe = z.infer<typeof liveness>;

/**
 * Probes of a container: `{ readiness: { kind: http, path: /ready }, liveness: { kind: grpc, port: 9090 } }`. Kinds: `http` (path,
 * port, scheme, headers), `tcp` (port), `grpc` (port, service), `exec` (command); `none` for liveness.
 */
export const probes = z
  .strictObject({
    /** Default of the application: HTTP to `probePath`, each second, unready after 2 failures. Of a sidecar: none. */
    readiness: readiness.optional(),
    /** Default of the application: a connection to its port each 10 s, from `startSeconds` on. Of a sidecar: none. */
    liveness: liveness.optional(),
    /** Default: none. With it nothing else is asked until it has succeeded, which it has `startSeconds` for. */
    startup: startup.optional(),
  })
  .default({});

export type Probes = z.infer<typeof probes>;
