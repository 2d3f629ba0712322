import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesApi } from "../cluster/api.ts";
import type { Config } from "../config/stage.ts";
import { UserError } from "../errors.ts";
import { routerOf } from "../routers/index.ts";
import type { Router } from "../routers/router.ts";

interface LoadBalanced {
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly {
        readonly ip?: string;
        readonly hostname?: string;
        readonly ports?: readonly { readonly port: number }[];
      }[];
    };
    /** A Gateway's. */
    readonly addresses?: readonly { readonly value: string }[];
  };
  readonly spec?: { readonly listeners?: readonly { readonly port: number; readonly protocol: string }[] };
}

/** A load balancer has an address some time after it was made, or never. */
export class NoAddress extends UserError {}

const LOOK_MS = 200;

/**
 * Where the application's traffic comes in, as a URL of the edge's own address, with the scheme that it is configured
 * for: `https://192.0.2.1:8443`. The host name that it may have to be asked for is the entrance's.
 * @throws NoAddress when the edge has none (yet)
 */
export async function edgeUrl(
  api: KubernetesApi,
  config: Config,
  router: Router = routerOf(config),
): Promise<string> {
  const path = router.addressPath(config);
  const object = await api.get<LoadBalanced>(path);
  const { status, spec } = object ?? {};
  const entry = status?.loadBalancer?.ingress?.[0];
  const host = entry?.ip ?? entry?.hostname ?? status?.addresses?.[0]?.value;
  if (host === undefined) {
    throw new NoAddress(
      `the edge has no address: ${path} ${object ? "has no status.loadBalancer.ingress and no status.addresses" : "does not exist"}`,
      "Wait until its load balancer has one, or name the address with --url.",
    );
  }
  const { scheme, path: served = "/" } = router.entrance(config);
  const listener = spec?.listeners?.find(({ protocol }) => protocol === scheme.toUpperCase());
  const ports = (entry?.ports ?? []).map(({ port }) => port);
  const name = host.includes(":") ? `[${host}]` : host;
  const { origin } = new URL(`${scheme}://${name}:${listener?.port ?? portOf(scheme, ports)}`);
  return origin + (served === "/" ? "" : served);
}

/** A load balancer that lists other ports than the usual ones lists that of HTTP first, and that of HTTPS after it. */
function portOf(scheme: "http" | "https", listed: readonly number[]): number {
  const [usual, position] = scheme === "https" ? [443, 1] : [80, 0];
  return listed.includes(usual) ? usual : (listed[position] ?? usual);
}

/**
 * The same right after the edge was made, when its address may be still to come.
 * @throws NoAddress when it has none by then
 */
export async function edgeUrlInTime(
  api: KubernetesApi,
  { config, router }: { readonly config: Config; readonly router: Router },
  { seconds, signal }: { readonly seconds: number; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    try {
      return await edgeUrl(api, config, router);
    } catch (error) {
      const isOver = performance.now() >= end || signal?.aborted === true;
      if (!(error instanceof NoAddress) || isOver) throw error;
    }
    await delay(LOOK_MS);
  }
}
