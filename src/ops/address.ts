import type { Config } from "../config.ts";
import { UserError } from "../errors.ts";
import type { KubernetesApi } from "../kubernetes.ts";
import { plannerOf } from "../planning/index.ts";

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

/**
 * Where the application's traffic comes in, as a URL.
 * @throws UserError when the edge has no address (yet)
 */
export async function edgeUrl(api: KubernetesApi, config: Config): Promise<string> {
  const path = plannerOf(config).addressPath(config);
  const object = await api.get<LoadBalanced>(path);
  const entry = object?.status?.loadBalancer?.ingress?.[0];
  const host = entry?.ip ?? entry?.hostname;
  if (host === undefined) {
    throw new UserError(
      `the edge has no address: ${path} ${object ? "has no status.loadBalancer.ingress" : "does not exist"}`,
      "Wait until its load balancer has one, or name the address with --url.",
    );
  }
  const port = entry?.ports?.[0]?.port;
  return `http://${host}${port === undefined || port === 80 ? "" : `:${port}`}`;
}
