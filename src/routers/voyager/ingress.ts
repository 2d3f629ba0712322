import type * as k8s from "@pulumi/kubernetes";
import { applicationMetadata } from "../../components/metadata.ts";
import { HTTP_PORT, HTTPS_PORT } from "../../config/edge.ts";
import { appNames } from "../../model/names.ts";
import type { EdgeArgs } from "../router.ts";
import { previewName, SERVICE_PORT } from "../service-names.ts";
import { VOYAGER_GROUP_VERSION } from "./apis.ts";
import { edgeHosts, type VoyagerEdgeConfig } from "./edge-schema.ts";
import {
  BACKEND_RULES,
  CONNECT_TIMEOUT,
  FORWARD,
  OPTIONS,
  TLS_1_3_ONLY,
  testerRule,
  VOYAGER,
} from "./forms.ts";
import type { VoyagerConfig } from "./schema.ts";
import { PREVIEW_BACKEND } from "./statistics.ts";

type Testers = NonNullable<VoyagerEdgeConfig["testers"]>;
type VoyagerArgs = EdgeArgs<VoyagerConfig>;

/** The Voyager Ingress in front of the Services: what HAProxy listens for, and where it leads. */
export function ingressDocument(args: VoyagerArgs): k8s.apiextensions.CustomResourceArgs {
  const { config, namespace } = args;
  const { app, edge } = config;
  const names = appNames(app.name, config.namespace);
  const main = backendOf(names.service);
  const preview = { name: PREVIEW_BACKEND, ...backendOf(previewName(app.name)) };
  const lines = frontendRules(edge);
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
      ...(lines && { frontendRules: lines }),
      ...(edge.tls && { tls: [{ hosts: edgeHosts(edge), secretName: edge.tls.secret }] }),
      ...(edge.allowedRanges && { loadBalancerSourceRanges: edge.allowedRanges }),
      ...(edge.resources && { resources: edge.resources }),
    },
  };
}

function backendOf(service: string) {
  return { service: { name: service, port: { number: SERVICE_PORT } }, backendRules: [...BACKEND_RULES] };
}

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
    ...hstsOf(edge),
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
 * Lines for HAProxy's frontends. What testers send leads to the canary at the configured host alone and, where there is a
 * certificate, by HTTPS alone: nobody on the way reads what shows the canary.
 */
function frontendRules({ host, tls, testers }: VoyagerEdgeConfig) {
  const rules = [
    ...(tls?.minimumVersion === "1.3" ? [TLS_1_3_ONLY] : []),
    ...(testers ? [ruleFor(testers, host)] : []),
  ];
  if (rules.length === 0) return undefined;
  return [{ port: tls ? HTTPS_PORT : HTTP_PORT, rules: [FORWARD, ...rules] }];
}

function ruleFor(testers: Testers, host: string | undefined): string {
  const [fetch, { name, value }] =
    "header" in testers ? ["req.hdr", testers.header] : ["req.cook", testers.cookie];
  return testerRule(`${fetch}(${name})`, value, host);
}

/** How long browsers stay with HTTPS; Voyager has them do so for half a year by itself. */
function hstsOf({ tls }: VoyagerEdgeConfig): Record<string, string> {
  const hsts = tls?.hsts;
  if (hsts === undefined) return {};
  if (hsts === false) return { [`${VOYAGER}/hsts`]: "false" };
  return {
    [`${VOYAGER}/hsts`]: "true",
    [`${VOYAGER}/hsts-max-age`]: String(hsts.maxAgeSeconds),
    [`${VOYAGER}/hsts-include-subdomains`]: String(hsts.includeSubdomains),
    [`${VOYAGER}/hsts-preload`]: String(hsts.preload),
  };
}
