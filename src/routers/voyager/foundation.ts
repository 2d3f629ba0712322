import * as pulumi from "@pulumi/pulumi";
import { edgeHosts } from "../../config/edge.ts";
import type { RouterConfig } from "../../config/stage.ts";
import { appNames } from "../../model/names.ts";
import type { FoundingEdgeArgs } from "../router.ts";
import { EdgeCertificate } from "./certificate.ts";
import { voyagerLicense } from "./license.ts";
import { Voyager } from "./operator.ts";

type FoundingArgs = FoundingEdgeArgs<RouterConfig<"voyager">>;

/** What the founding stack adds for the Voyager edge: none of it is anything that the deployer may touch. */
export async function foundVoyagerEdge(args: FoundingArgs): Promise<pulumi.Resource[]> {
  const options = { providers: [args.administrator] };
  declareCertificate(args, options);
  const operator = await declareOperator(args, options);
  return operator ? [operator] : [];
}

function declareCertificate(
  { config, namespace }: FoundingArgs,
  options: pulumi.ComponentResourceOptions,
): void {
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
  { config, cluster, namespace }: FoundingArgs,
  options: pulumi.ComponentResourceOptions,
): Promise<Voyager | undefined> {
  if (!cluster.voyager) return undefined;
  const license = await voyagerLicense(config, cluster.voyager, new Date());
  if (license.warning !== undefined) await pulumi.log.warn(license.warning);
  return new Voyager(
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
