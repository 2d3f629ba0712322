import { requireApis } from "../application/live.ts";
import type { KubernetesApi } from "../cluster/api.ts";
import { type ClusterAccess, clusterAddress } from "../cluster/client-library.ts";
import { connect } from "../cluster/connect.ts";
import { requireNothingForeign } from "../cluster/foreign.ts";
import { namespacePath } from "../cluster/objects.ts";
import { type Cluster, ExistingCluster } from "../components/cluster.ts";
import { isMadeHere, Tenancy, tenancyPaths } from "../components/tenancy.ts";
import type { FoundationConfig } from "../config/foundation.ts";
import type { Router, Routers } from "../routers/router.ts";
import { formerOf, readRules, weakest } from "./former.ts";
import { DEPLOYER_KUBECONFIG, EDGE_ADDRESS, type FoundationOutputs, foundationOutputs } from "./outputs.ts";
import { readOutputs } from "./stack-outputs.ts";

/** What whoever runs the foundation knows beyond its configuration. */
export interface KnownOfFoundation {
  /** What it exports, just read; else the engine is asked. */
  readonly foundation?: FoundationOutputs | undefined;
  /** Whoever runs it looks at somebody else's objects itself. */
  readonly looksAtForeign?: boolean | undefined;
}

/**
 * Declares what the stages stand on, all that needs an administrator: the cluster, the router's controller, the
 * namespace and the restricted account.
 * @returns what the foundation exports
 */
export async function declareFoundation(
  config: FoundationConfig,
  router: Router,
  known: KnownOfFoundation & { readonly routers: Routers },
): Promise<Record<string, unknown>> {
  const former = formerOf(config, router, known.routers);
  const access = await accessTo(config, known.foundation);
  const api = access && (await connect(access));
  await requireApis(api, router.foundationRequires(config));
  if (api) await router.checkFoundation?.(api, config);
  if (api && config.cluster.kind === "kubeconfig" && !config.takeOver && !known.looksAtForeign) {
    await requireNothingForeign(api, tenancyPaths(config));
  }
  const keepsNamespace = await wasThereBefore(api, config.namespace);

  const cluster = await declareCluster(config, router);
  const tenancy = new Tenancy("tenancy", {
    cluster,
    app: config.app,
    versions: Object.values(config.versions).map(({ app }) => app),
    namespace: config.namespace,
    keepsNamespace,
    selector: router.selector(config.app.name),
    edgeRules: [...router.deployerRules(config), ...(former ? readRules(former) : [])],
    podSecurity: config.app.podSecurity?.standard ?? weakest([router, ...(former ? [former.router] : [])]),
    registryCredentials: config.registryCredentials,
  });
  for (const served of [{ config, router }, ...(former ? [former] : [])]) {
    const edge = await served.router.loadEdge();
    await edge.declareFoundation({
      config: served.config,
      namespace: tenancy.namespace,
      administrator: cluster.administrator,
      addressName: cluster.edgeAddressName,
    });
  }
  return {
    [DEPLOYER_KUBECONFIG]: tenancy.deployerKubeconfig,
    ...(cluster.edgeAddress !== undefined && { [EDGE_ADDRESS]: cluster.edgeAddress }),
  };
}

/**
 * How the cluster is looked at before anything is declared; undefined while it is yet to be made. A GKE cluster is
 * looked at as the deployer: by the foundation's own output, so that nothing depends on a local kubeconfig.
 */
async function accessTo(
  { cluster, founding }: FoundationConfig,
  known: FoundationOutputs | undefined,
): Promise<ClusterAccess | undefined> {
  if (cluster.kind === "kubeconfig") return { file: cluster.kubeconfig, context: cluster.context };
  const exported = known ?? foundationOutputs(await readOutputs(founding));
  return exported && { exported: exported.deployerKubeconfig };
}

/** Whether somebody else made the namespace: then it is not ours to delete. */
async function wasThereBefore(api: KubernetesApi | undefined, namespace: string): Promise<boolean> {
  const found = await api?.get<Parameters<typeof isMadeHere>[0]>(namespacePath(namespace));
  return found !== undefined && !isMadeHere(found);
}

async function declareCluster(foundation: FoundationConfig, router: Router): Promise<Cluster> {
  const { cluster: config } = foundation;
  if (config.kind === "kubeconfig") {
    const address = await clusterAddress({ file: config.kubeconfig, context: config.context });
    return new ExistingCluster("cluster", { config, address });
  }
  const edge = router.onGke(foundation, config);
  // Loaded for such a cluster alone: Google's SDK takes a second.
  const { GkeCluster } = await import("../components/gke/cluster.ts");
  return new GkeCluster("cluster", { config, edge });
}
