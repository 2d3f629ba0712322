import type * as k8s from "@pulumi/kubernetes";
import { applicationMetadata } from "../../components/metadata.ts";
import { edgePorts } from "../../config/edge.ts";
import { appNames } from "../../model/names.ts";
import type { EdgeArgs } from "../router.ts";
import { previewName, SERVICE_PORT } from "../service-names.ts";
import { VOYAGER_GROUP_VERSION } from "./apis.ts";
import { edgeHosts, type VoyagerEdgeConfig } from "./edge-schema.ts";
import type { VoyagerConfig } from "./schema.ts";
import { PREVIEW_BACKEND } from "./statistics.ts";

/** Prefix of Voyager's annotations. */
const VOYAGER = "ingress.appscode.com";

type Testers = NonNullable<VoyagerEdgeConfig["testers"]>;
type VoyagerArgs = EdgeArgs<VoyagerConfig>;

/** The Voyager Ingress in front of the Services: what HAProxy listens for, and where it leads. */
export function ingressDocument(args: VoyagerArgs): k8s.apiextensions.CustomResourceArgs {
  const { config, namespace } = args;
  const { app, edge } = config;
  const names = appNames(app.name, config.namespace);
  const main = backendOf(names.service);
  const preview = { name: PREVIEW_BACKEND, ...backendOf(previewName(app.name)) };
  const rules = [
    ...(edge.host === undefined ? [] : rulesOf(edge.host, edge, main)),
    ...(edge.previewHost === undefined ? [] : rulesOf(edge.previewHost, edge, preview)),
  ];
  return {
    apiVersion: VOYAGER_GROUP_VERSION,
    kind: "Ingress",
    metadata: applicationMetadata(names.ingress, namespace, { annotations: annotationsOf(args) }),
    spec: {
      ...(edge.host === undefined && { defaultBackend: main }),
      ...(rules.length > 0 && { rules }),
      ...(edge.testers && { frontendRules: testerRules(edge.testers, edge) }),
      ...(edge.tls && { tls: [{ hosts: edgeHosts(edge), secretName: edge.tls.secret }] }),
      ...(edge.allowedRanges && { loadBalancerSourceRanges: edge.allowedRanges }),
      ...(edge.resources && { resources: edge.resources }),
    },
  };
}

function backendOf(service: string) {
  return {
    service: { name: service, port: { number: SERVICE_PORT } },
    // A connection that a pod refuses goes to another one at once; Voyager sets neither by itself.
    backendRules: ["retries 3", "option redispatch 1"],
  };
}

/** HAProxy's options: Voyager's own set, which naming any replaces, and what keeps clients over a reload. */
const OPTIONS = { "http-server-close": "true", dontlognull: "true", "idle-close-on-response": "true" };

/** A pod that is gone is given up after a second, and another one asked; Voyager would wait for five. */
const CONNECT_TIMEOUT = "1s";

/** An old HAProxy ends what it has begun for so long after a reload, at the least: Voyager's default. */
const LEAST_HARD_STOP_SECONDS = 30;

function annotationsOf({ config: { app, edge }, address }: VoyagerArgs) {
  return {
    [`${VOYAGER}/default-option`]: JSON.stringify(OPTIONS),
    [`${VOYAGER}/default-timeout`]: JSON.stringify(timeoutsOf(edge)),
    [`${VOYAGER}/hard-stop-after`]: `${Math.max(app.drainSeconds, LEAST_HARD_STOP_SECONDS)}s`,
    [`${VOYAGER}/replicas`]: String(edge.replicas),
    ...(address !== undefined && { [`${VOYAGER}/load-balancer-ip`]: address }),
    ...(edge.tls && { [`${VOYAGER}/ssl-redirect`]: String(edge.tls.redirect) }),
  };
}

/** By HAProxy's names; those that are not said are Voyager's. */
const timeoutsOf = ({ timeouts: { request, tunnel } }: VoyagerEdgeConfig) => ({
  connect: CONNECT_TIMEOUT,
  ...(request !== undefined && { server: request }),
  ...(tunnel !== undefined && { tunnel }),
});

/** The host by HTTPS when it has a certificate; by HTTP as well where that does not redirect. */
function rulesOf(host: string, { tls }: VoyagerEdgeConfig, backend: object) {
  const paths = [{ path: "/", backend }];
  const rule = { host, http: { paths } };
  return tls && !tls.redirect ? [rule, { host, http: { noTLS: true, paths } }] : [rule];
}

/**
 * What testers send leads to the canary, at every port. Rules of our own replace Voyager's one, `option forwardfor`, so it
 * is repeated here.
 */
function testerRules(testers: Testers, edge: VoyagerEdgeConfig) {
  const [fetch, { name, value }] =
    "header" in testers ? ["req.hdr", testers.header] : ["req.cook", testers.cookie];
  const rules = [
    "option forwardfor",
    `use_backend ${PREVIEW_BACKEND} if { ${fetch}(${name}) -m str ${value} }`,
  ];
  return edgePorts(edge).map((port) => ({ port, rules }));
}
