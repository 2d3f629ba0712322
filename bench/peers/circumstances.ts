import { availableParallelism, loadavg } from "node:os";
import { providerText } from "../../local/engine/provider.ts";
import { CONTOUR_VERSION } from "../../local/gateway/contour.ts";
import { ENVOY_VERSION } from "../../local/gateway/envoy.ts";
import type { ContenderName } from "./contender.ts";
import { PEERS } from "./programs.ts";
import type { Circumstances } from "./report.ts";
import type { World } from "./world.ts";

/** On what a contender is measured, and how busy the machine was before. */
export async function circumstancesOf(
  { api, environment }: World,
  name: ContenderName,
): Promise<Circumstances> {
  const { gitVersion } = await api.send<{ gitVersion: string }>("GET", "/version");
  return {
    date: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    loadAverage: Number((loadavg()[0] ?? 0).toFixed(1)),
    versions: [`Kubernetes ${gitVersion}`, ...partsOf(name, environment)].join(", "),
  };
}

function partsOf(name: ContenderName, { engine, plugins }: World["environment"]): string[] {
  const envoy = [`Contour ${CONTOUR_VERSION}`, `Envoy ${ENVOY_VERSION}`];
  const own = [
    `pulumi ${engine.version} (${engine.source})`,
    `kubernetes provider ${providerText(plugins.provider)}`,
  ];
  switch (name) {
    case "gateway":
      return [...envoy, ...own];
    case "replicas":
      return own;
    case "flagger":
      return [...envoy, `${PEERS.flagger.title} ${PEERS.flagger.version}`];
    case "argo":
      return [`${PEERS.argo.title} ${PEERS.argo.version}`];
  }
}
