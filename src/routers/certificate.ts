import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { CERTIFICATE_API } from "./certificate-api.ts";

export interface EdgeCertificateArgs {
  readonly namespace: pulumi.Input<string>;
  readonly hosts: readonly string[];
  /** The Secret that the edge serves from: it is filled, and filled anew before the certificate ends. */
  readonly secret: string;
  readonly issuer: { readonly kind: string; readonly name: string };
}

/**
 * The certificate that cert-manager keeps in the edge's Secret. An object of its own, because cert-manager reads its
 * annotations from Kubernetes' Ingress and not from Voyager's, and from a Gateway only where each listener has one host name.
 */
export class EdgeCertificate extends pulumi.ComponentResource {
  constructor(name: string, args: EdgeCertificateArgs, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:EdgeCertificate", name, {}, options);
    new k8s.apiextensions.CustomResource(name, certificateDocument(args), { parent: this });
    this.registerOutputs({ secret: args.secret });
  }
}

function certificateDocument(args: EdgeCertificateArgs): k8s.apiextensions.CustomResourceArgs {
  return {
    apiVersion: CERTIFICATE_API.groupVersion,
    kind: "Certificate",
    metadata: { name: args.secret, namespace: args.namespace },
    spec: {
      secretName: args.secret,
      dnsNames: args.hosts,
      issuerRef: { group: "cert-manager.io", kind: args.issuer.kind, name: args.issuer.name },
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    },
  };
}
