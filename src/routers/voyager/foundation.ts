import * as pulumi from "@pulumi/pulumi";
import { appNames } from "../../model/names.ts";
import { EdgeCertificate } from "../certificate.ts";
import type { FoundationArgs } from "../router.ts";
import { edgeHosts } from "./edge-schema.ts";
import { voyagerLicense } from "./license.ts";
import { Voyager } from "./operator.ts";
import type { VoyagerFoundation } from "./schema.ts";

type Args = FoundationArgs<VoyagerFoundation>;

/** What the foundation has for the Voyager edge: none of it is anything that the deployer may touch. */
export async function declareFoundation(args: Args): Promise<void> {
  const options = { providers: [args.administrator] };
  declareCertificate(args, options);
  await declareOperator(args, options);
}

function declareCertificate({ config, namespace }: Args, options: pulumi.ComponentResourceOptions): void {
  const { tls } = config.edge;
  if (tls?.issuer === undefined) return;
  const { secret, issuer } = tls;
  new EdgeCertificate(
    "edge-certificate",
    { namespace, hosts: edgeHosts(config.edge), secret, issuer },
    options,
  );
}

async function declareOperator(
  { config, namespace }: Args,
  options: pulumi.ComponentResourceOptions,
): Promise<void> {
  const { cluster } = config;
  if (!cluster.voyager) return;
  const license = await voyagerLicense(config, cluster.voyager, new Date());
  if (license.warning !== undefined) await pulumi.log.warn(license.warning);
  new Voyager(
    "voyager",
    {
      config: cluster.voyager,
      cloudProvider: cluster.kind === "gke" ? "gke" : "",
      license: license.text,
      namespace,
      ingress: appNames(config.app.name, config.namespace).ingress,
    },
    options,
  );
}
