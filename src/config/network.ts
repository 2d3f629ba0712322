import { z } from "zod";
import { foreignName, portNumber } from "./app/texts.ts";

const labels = z.record(z.string().min(1), z.string());

/**
 * Who is at the other end: a network, `{ cidr: 10.20.0.0/16 }`, the pods of a namespace, `{ namespace: databases }`, those among
 * them with labels, `{ namespace: databases, pods: { app: postgres } }`, or pods of the application's own namespace, `{ pods: … }`.
 */
const peerShape = {
  cidr: z.cidrv4("must be an IPv4 network such as 10.20.0.0/16").optional(),
  namespace: foreignName.optional(),
  pods: labels.optional(),
};

type PeerShape = {
  readonly cidr?: string | undefined;
  namespace?: string | undefined;
  pods?: object | undefined;
};

const isOnePeer = ({ cidr, namespace, pods }: PeerShape): boolean =>
  cidr === undefined
    ? namespace !== undefined || pods !== undefined
    : namespace === undefined && pods === undefined;

const ONE_PEER =
  "must be {cidr: NETWORK}, or {namespace: NAME} with or without pods, or {pods: {LABEL: VALUE}}";

const peer = z.strictObject(peerShape).refine(isOnePeer, ONE_PEER);

/** A port: `5432`, which is TCP, or `{ port: 53, protocol: UDP }`. */
const port = z.preprocess(
  (value) => (typeof value === "number" ? { port: value } : value),
  z.strictObject({ port: portNumber, protocol: z.enum(["TCP", "UDP", "SCTP"]).default("TCP") }),
);

const connections = z
  .array(
    z
      .strictObject({ ...peerShape, ports: z.array(port).min(1, "must name a port at least") })
      .refine(isOnePeer, ONE_PEER),
  )
  .default([]);

/** Which connections the application's pods have. Policies of the network hold them to that where the cluster enforces such. */
export const networkSchema = z
  .strictObject({
    /**
     * Where the edge connects from, where the program cannot know it: a Gateway's proxies of somebody else, `[{ namespace:
     * ingress }]`. Default: what the router knows, or everybody; in any case at the served port alone.
     */
    edge: z.array(peer).min(1).optional(),
    /** Who else connects, and at which ports: `[{ namespace: monitoring, ports: [9090] }]`. Default: nobody. */
    ingress: connections,
    /** Where the application connects to, besides the cluster's DNS: `[{ cidr: 10.20.0.0/16, ports: [5432] }]`. Default: nowhere. */
    egress: connections,
  })
  .prefault({});

export type NetworkConfig = z.infer<typeof networkSchema>;
export type NetworkPeer = z.infer<typeof peer>;
