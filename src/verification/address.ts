import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesApi } from "../cluster/api.ts";
import type { Config } from "../config/stage.ts";
import { UserError } from "../errors.ts";
import { plannerOf } from "../routers/planners.ts";

interface LoadBalanced {
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly {
        readonly ip?: string;
        readonly hostname?: string;
        readonly ports?: readonly { readonly port: number }[];
      }[];
    };
  };
}

/** A load balancer has an address some time after it was made, or never. */
export class NoAddress extends UserError {}

const LOOK_MS = 200;

/**
 * Where the application's traffic comes in, as a URL.
 * @throws NoAddress when the edge has none (yet)
 */
export async function edgeUrl(api: KubernetesApi, config: Config): Promise<string> {
  const path = plannerOf(config).addressPath(config);
  const object = await api.get<LoadBalanced>(path);
  const entry = object?.status?.loadBalancer?.ingress?.[0];
  const host = entry?.ip ?? entry?.hostname;
  if (host === undefined) {
    throw new NoAddress(
      `the edge has no address: ${path} ${object ? "has no status.loadBalancer.ingress" : "does not exist"}`,
      "Wait until its load balancer has one, or name the address with --url.",
    );
  }
  const port = entry?.ports?.[0]?.port;
  return `http://${host}${port === undefined || port === 80 ? "" : `:${port}`}`;
}

/**
 * The same right after the edge was made, when its address may be still to come.
 * @throws NoAddress when it has none by then
 */
export async function edgeUrlInTime(
  api: KubernetesApi,
  config: Config,
  { seconds, signal }: { readonly seconds: number; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    try {
      return await edgeUrl(api, config);
    } catch (error) {
      const isOver = performance.now() >= end || signal?.aborted === true;
      if (!(error instanceof NoAddress) || isOver) throw error;
    }
    await delay(LOOK_MS);
  }
}
