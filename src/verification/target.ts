import { isIP } from "node:net";
import type { KubernetesApi } from "../cluster/api.ts";
import { UserError } from "../errors.ts";
import { edgeUrl } from "./address.ts";
import type { LiveStage, VerificationOptions } from "./options.ts";
import type { Target } from "./probe.ts";

/**
 * What a measurement of a stage asks: the edge's address by the configured scheme, for the configured host, as clients
 * do. `--url` names another address and scheme, and `--host` another host. The host of the configuration is left out
 * where `--url` itself names one: with `http://192.0.2.1` it is asked for, with `http://www.example.com` it is not.
 * @param findEdge finds the edge's own address, where no other is named
 * @throws UserError for an address or a host that is none, NoAddress when the edge has no address yet
 */
export async function targetOf(
  api: KubernetesApi,
  { config, router, release }: LiveStage,
  options: Pick<VerificationOptions, "url" | "host" | "rule" | "ca" | "acceptSelfSigned">,
  findEdge: () => Promise<string> = () => edgeUrl(api, config, router),
): Promise<Target> {
  const url = options.url ?? (await findEdge());
  if (!/^https?:/.test(url) || !URL.canParse(url)) {
    throw new UserError(`--url ${url} is no address`, "Give one such as http://www.example.com.");
  }
  const isNamed = options.url !== undefined && isIP(new URL(url).hostname.replace(/^\[(.*)\]$/, "$1")) === 0;
  const host = options.host ?? (isNamed ? undefined : router.entrance(config).host);
  if (host !== undefined && !/^[A-Za-z0-9.-]+(:\d{1,5})?$/.test(host)) {
    throw new UserError(`--host ${host} is no host name`, "Give one such as www.example.com.");
  }
  const { rule, ca, acceptSelfSigned } = options;
  return { url, host, rule, ca, acceptSelfSigned, versions: [release.previous, release.canary] };
}
