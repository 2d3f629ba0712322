import type * as k8s from "@pulumi/kubernetes";
import type { EdgeConfig } from "../../config/edge.ts";
import { appNames } from "../../model/names.ts";
import { applicationMetadata } from "../metadata.ts";
import type { EdgeArgs } from "./router.ts";

export const VOYAGER_API = "voyager.appscode.com/v1";

/** Prefix of Voyager's annotations. */
const VOYAGER = "ingress.appscode.com";

/** The Voyager Ingress in front of a Service: what HAProxy listens for, and where it leads. */
export function ingressDocument(args: EdgeArgs, servicePort: number): k8s.apiextensions.CustomResourceArgs {
  const { config, namespace } = args;
  const { edge } = config;
  const names = appNames(config.app.name, config.namespace);
  const backend = {
    service: { name: names.service, port: { number: servicePort } },
    // A connection that a pod refuses goes to another one at once; Voyager sets neither by itself.
    backendRules: ["retries 3", "option redispatch 1"],
  };
  return {
    apiVersion: VOYAGER_API,
    kind: "Ingress",
    metadata: applicationMetadata(names.ingress, namespace, { annotations: annotationsOf(args) }),
    spec: {
      ...(edge.host === undefined
        ? { defaultBackend: backend }
        : { rules: rulesOf(edge.host, edge, backend) }),
      ...(edge.tls && { tls: [{ hosts: [edge.host], secretName: edge.tls.secret }] }),
      ...(edge.allowedRanges && { loadBalancerSourceRanges: edge.allowedRanges }),
      ...(edge.resources && { resources: edge.resources }),
    },
  };
}

function annotationsOf({ config: { edge }, address }: EdgeArgs) {
  return {
    [`${VOYAGER}/replicas`]: String(edge.replicas),
    ...(address !== undefined && { [`${VOYAGER}/load-balancer-ip`]: address }),
    ...(edge.tls && { [`${VOYAGER}/ssl-redirect`]: String(edge.tls.redirect) }),
  };
}

/** The host by HTTPS when it has a certificate; by HTTP as well where that does not redirect. */
function rulesOf(host: string, { tls }: EdgeConfig, backend: object) {
  const paths = [{ path: "/", backend }];
  const rule = { host, http: { paths } };
  return tls && !tls.redirect ? [rule, { host, http: { noTLS: true, paths } }] : [rule];
}
