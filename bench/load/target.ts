import { BlockList, isIP } from "node:net";
import { UserError } from "../../src/errors.ts";

const LOOPBACK = "127.0.0.0/8";
const PRIVATE = { address: "10.0.0.0", prefix: 8 };

/**
 * Lets through only what is ours to load: loopback, and the addresses of the cluster given, as far as they are in
 * 10.0.0.0/8.
 * @param clusterCidrs networks of the cluster: its pods, its load balancers
 * @throws UserError for any other target, for a host name other than `localhost`, and for a wider network
 */
export function checkTarget(url: string, clusterCidrs: readonly string[] = []): URL {
  const target = new URL(url);
  const host = target.hostname === "localhost" ? "127.0.0.1" : target.hostname;
  const hint = "Load goes only to loopback and to the addresses of one's own cluster, as numbers.";
  if (target.protocol !== "http:") throw new UserError(`${url} is no target: only http`, hint);
  if (isIP(host) !== 4) throw new UserError(`${url} is no target: "${host}" is no IPv4 address`, hint);
  const allowed = [LOOPBACK, ...clusterCidrs].map(parseNetwork);
  for (const { address, prefix, text } of allowed.slice(1)) {
    if (prefix < PRIVATE.prefix || !contains(PRIVATE, address))
      throw new UserError(`${text} is not in 10.0.0.0/8`, hint);
  }
  if (allowed.some((network) => contains(network, host))) return target;
  throw new UserError(`${host} is not in ${allowed.map(({ text }) => text).join(" or ")}`, hint);
}

function parseNetwork(text: string): { address: string; prefix: number; text: string } {
  const match = /^([\d.]+)\/(\d{1,2})$/.exec(text);
  const [address = "", prefix] = [match?.[1], Number(match?.[2])];
  if (isIP(address) !== 4 || !(prefix <= 32))
    throw new UserError(`"${text}" is no IPv4 network`, "Write it as 10.1.0.0/16.");
  return { address, prefix, text };
}

function contains({ address, prefix }: { address: string; prefix: number }, host: string): boolean {
  const network = new BlockList();
  network.addSubnet(address, prefix);
  return network.check(host);
}
