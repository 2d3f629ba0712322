import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { applicationMetadata } from "../../components/metadata.ts";
import { appNames } from "../../model/names.ts";
import { EdgeCertificate } from "../certificate.ts";
import type { FoundationArgs } from "../router.ts";
import { isOwn, servedHosts } from "./edge-schema.ts";
import { GATEWAY_GROUP, GATEWAY_VERSION, gatewayOf, LISTENERS } from "./objects.ts";
import type { GatewayFoundation } from "./schema.ts";

type Args = FoundationArgs<GatewayFoundation>;

/** What the foundation has for the route: the Gateway, or the right to look at one that is in another namespace. */
export async function declareFoundation(args: Args): Promise<void> {
  const options = { providers: [args.administrator] };
  const { gateway, tls } = args.config.edge;
  if (tls?.issuer && tls.secret !== undefined) {
    const { namespace } = args;
    const { issuer, secret } = tls;
    const hosts = servedHosts(args.config.edge);
    new EdgeCertificate("gateway-certificate", { namespace, hosts, secret, issuer }, options);
  }
  if (isOwn(gateway)) new OwnGateway("gateway", { ...args, class: gateway.class }, options);
  else if (gatewayOf(args.config).namespace !== args.config.namespace) {
    new GatewayReader("gateway-reader", args, options);
  }
}

/** The Gateway of an application that has one to itself. */
export class OwnGateway extends pulumi.ComponentResource {
  readonly gateway: k8s.apiextensions.CustomResource;

  constructor(name: string, args: Args & { class: string }, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:OwnGateway", name, {}, options);
    this.gateway = new k8s.apiextensions.CustomResource(name, gatewayDocument(args), { parent: this });
    this.registerOutputs({ gateway: this.gateway.metadata.name });
  }
}

/** Annotation of a Gateway whose HTTPS listeners then name no certificate: "Secure a Gateway" of GKE's manual. */
const CERTIFICATE_MAP = "networking.gke.io/certmap";

/** Every value that the API server would put in is written out, as in the route. */
function gatewayDocument({
  config,
  namespace,
  addressName,
  class: gatewayClassName,
}: Args & { class: string }): k8s.apiextensions.CustomResourceArgs {
  const { tls } = config.edge;
  const allowedRoutes = { namespaces: { from: "Same" } };
  const certificate = { group: "", kind: "Secret", name: tls?.secret };
  const map = tls?.certificateMap;
  return {
    apiVersion: GATEWAY_VERSION,
    kind: "Gateway",
    metadata: applicationMetadata(gatewayOf(config).name, namespace, {
      ...(map !== undefined && { annotations: { [CERTIFICATE_MAP]: map } }),
    }),
    spec: {
      gatewayClassName,
      ...(addressName && { addresses: [{ type: "NamedAddress", value: addressName }] }),
      listeners: [
        { name: LISTENERS.http, port: 80, protocol: "HTTP", allowedRoutes },
        ...(tls
          ? [
              {
                name: LISTENERS.https,
                port: 443,
                protocol: "HTTPS",
                allowedRoutes,
                ...(map === undefined && { tls: { mode: "Terminate", certificateRefs: [certificate] } }),
              },
            ]
          : []),
      ],
    },
  };
}

/** The deployer reads the Gateway that its route hangs on, and no other one there. */
export class GatewayReader extends pulumi.ComponentResource {
  constructor(name: string, { config, namespace }: Args, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:GatewayReader", name, {}, options);
    const gateway = gatewayOf(config);
    const { deployer } = appNames(config.app.name, config.namespace);
    const metadata = applicationMetadata(`${deployer}-gateway`, gateway.namespace);
    const role = new k8s.rbac.v1.Role(
      name,
      {
        metadata,
        rules: [
          {
            apiGroups: [GATEWAY_GROUP],
            resources: ["gateways"],
            resourceNames: [gateway.name],
            verbs: ["get"],
          },
        ],
      },
      { parent: this },
    );
    new k8s.rbac.v1.RoleBinding(
      `${name}-binding`,
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
        subjects: [{ kind: "ServiceAccount", name: deployer, namespace }],
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
