import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { AppConfig } from "../config/app.ts";
import type { NetworkConfig, NetworkPeer } from "../config/network.ts";
import { everyHooksLabels } from "../model/hooks.ts";
import { applicationMetadata } from "./metadata.ts";

/** What a router's edge is in the network. */
export interface EdgeNetwork {
  /** Where it connects from; undefined where that is not known, and everybody may. */
  readonly from?: readonly NetworkPeer[] | undefined;
  /** Ports that it connects to besides the served one: those of health checks. */
  readonly ports?: readonly number[];
  /** Labels of its own pods, where they are in the application's namespace. */
  readonly pods?: Readonly<Record<string, string>> | undefined;
}

export interface NetworkArgs {
  readonly app: AppConfig;
  readonly namespace: pulumi.Input<string>;
  /** Labels that all pods of the application carry. */
  readonly selector: Readonly<Record<string, string>>;
  readonly network: NetworkConfig;
  readonly edge: EdgeNetwork;
  /** Whether the namespace is the application's alone: then nothing else in it has any connection, but for the edge. */
  readonly ownsNamespace: boolean;
}

type Policy = k8s.networking.v1.NetworkPolicyArgs;
type Spec = k8s.types.input.networking.v1.NetworkPolicySpec;
type Peer = k8s.types.input.networking.v1.NetworkPolicyPeer;

/** The label by which every namespace has its own name: Kubernetes documentation, "Automatic labelling". */
const NAMESPACE_NAME = "kubernetes.io/metadata.name";

/**
 * Where DNS answers: the cluster's own, and link-local addresses, at which nodes have their cache and GKE its resolver
 * ("NodeLocal DNSCache" and "Cloud DNS for GKE" of GKE's manual).
 */
const DNS: readonly NetworkPeer[] = [{ namespace: "kube-system" }, { cidr: "169.254.0.0/16" }];
const DNS_PORTS = [
  { protocol: "UDP", port: 53 },
  { protocol: "TCP", port: 53 },
];

/** The policies of the network, by the suffix of their names. */
export function networkPolicies(args: NetworkArgs): Readonly<Record<string, Policy>> {
  const { app, selector, ownsNamespace, edge } = args;
  const isEdge = Object.entries(edge.pods ?? {}).slice(0, 1);
  const documents: Readonly<Record<string, Spec | undefined>> = {
    "": {
      podSelector: { matchLabels: { ...selector } },
      policyTypes: ["Ingress"],
      ingress: ingressRules(args),
    },
    egress: {
      podSelector: { matchLabels: { ...selector } },
      policyTypes: ["Egress"],
      egress: egressRules(args),
    },
    hooks: {
      podSelector: { matchLabels: everyHooksLabels(app.name) },
      policyTypes: ["Ingress", "Egress"],
      egress: egressRules(args),
    },
    // Policies add up: what no other one lets through stays shut.
    default: ownsNamespace
      ? {
          podSelector: {
            ...(isEdge.length > 0 && {
              matchExpressions: isEdge.map(([key, value]) => ({ key, operator: "NotIn", values: [value] })),
            }),
          },
          policyTypes: ["Ingress", "Egress"],
        }
      : undefined,
  };
  return Object.fromEntries(
    Object.entries(documents).flatMap(([suffix, spec]) =>
      spec
        ? [[suffix, { metadata: applicationMetadata(policyName(app.name, suffix), args.namespace), spec }]]
        : [],
    ),
  );
}

/** Every suffix that there may be. */
export const NETWORK_POLICIES = ["", "egress", "hooks", "default"] as const;

/** The first one is named after the application. */
export const policyName = (app: string, suffix: string): string => (suffix === "" ? app : `${app}-${suffix}`);

/** The edge at the served port, and whom the configuration names. */
function ingressRules({ app, network, edge }: NetworkArgs): NonNullable<Spec["ingress"]> {
  const from = network.edge ?? edge.from;
  const ports = [...new Set([app.port, ...(edge.ports ?? [])])];
  return [
    { ...(from && { from: from.map(peerOf) }), ports: ports.map((port) => ({ protocol: "TCP", port })) },
    ...network.ingress.map(({ ports: own, ...peer }) => ({ from: [peerOf(peer)], ports: own })),
  ] as NonNullable<Spec["ingress"]>;
}

function egressRules({ network }: NetworkArgs): NonNullable<Spec["egress"]> {
  return [
    { to: DNS.map(peerOf), ports: DNS_PORTS },
    ...network.egress.map(({ ports, ...peer }) => ({ to: [peerOf(peer)], ports })),
  ];
}

function peerOf({ cidr, namespace, pods }: NetworkPeer): Peer {
  if (cidr !== undefined) return { ipBlock: { cidr } };
  return {
    ...(namespace !== undefined && { namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: namespace } } }),
    // Without labels, every pod there.
    ...(pods && { podSelector: Object.keys(pods).length > 0 ? { matchLabels: { ...pods } } : {} }),
  };
}
