/** An IPv4 network: its first address as a number, and how many leading bits are fixed. */
export interface Network {
  address: number;
  bits: number;
}

/** The addresses of one cluster: 10.`subnet`.0.0/16 and the parts of it. */
export interface NetworkPlan {
  subnet: number;
  cidr: string;
  /** The host's end of the pair of links. */
  hostAddress: string;
  /** The node's end: the API server, the kubelet and node ports are here. */
  nodeAddress: string;
  linkBits: number;
  podCidr: string;
  loadBalancerCidr: string;
  serviceCidr: string;
  /** The address of the `kubernetes` Service: the first of the Services. */
  apiServiceAddress: string;
  /** The host's link. */
  link: string;
}

/** Second bytes to choose from: away from 10.0 to 10.99, where k3s, kubeadm, Podman and home routers live. */
const FIRST_SUBNET = 100;
const LAST_SUBNET = 239;

/**
 * A route wider than this leads to a whole company or to everything. It is no reason to give up 10.0.0.0/8: the
 * cluster's own, narrower route wins, and hides one /16 of it.
 */
const WIDEST_IN_USE_BITS = 12;

/** What `ip -json route show table all` and `ip -json address show` say, as far as it is needed. */
export interface HostNetworks {
  routes: readonly { dst?: string | undefined }[];
  addresses: readonly { addr_info: readonly { local?: string | undefined; prefixlen: number }[] }[];
}

/** Every subnet that no address and no route of this machine touches, beginning at `preferred`. */
export function freeSubnets(host: HostNetworks, preferred: number): number[] {
  const used = [
    ...host.routes.map(({ dst }) => parseNetwork(dst ?? "")),
    ...host.addresses.flatMap(({ addr_info }) =>
      addr_info.map(({ local, prefixlen }) => parseNetwork(`${local}/${prefixlen}`)),
    ),
  ].filter((network) => network !== undefined && network.bits >= WIDEST_IN_USE_BITS) as Network[];
  const count = LAST_SUBNET - FIRST_SUBNET + 1;
  const inOrder = Array.from({ length: count }, (_, step) => FIRST_SUBNET + ((preferred + step) % count));
  return inOrder.filter((subnet) => !used.some((network) => overlap(network, subnetNetwork(subnet))));
}

/** How a cluster's /16 is divided. */
export function networkPlan(subnet: number): NetworkPlan {
  const at = (rest: string) => `10.${subnet}.${rest}`;
  return {
    subnet,
    cidr: at("0.0/16"),
    hostAddress: at("0.1"),
    nodeAddress: at("0.2"),
    linkBits: 30,
    podCidr: at("1.0/24"),
    loadBalancerCidr: at("2.0/24"),
    serviceCidr: at("16.0/20"),
    apiServiceAddress: at("16.1"),
    link: `canary-${subnet}`,
  };
}

/** A network from its notation, where a bare address is a network of one; undefined for anything but IPv4. */
export function parseNetwork(text: string): Network | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(text);
  if (!match) return undefined;
  const bits = Number(match[5] ?? 32);
  const address = match.slice(1, 5).reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return { address: firstOf(address, bits), bits };
}

/** Whether two networks have an address in common. */
export function overlap(one: Network, other: Network): boolean {
  const bits = Math.min(one.bits, other.bits);
  return firstOf(one.address, bits) === firstOf(other.address, bits);
}

/** The addresses of a network, without its first and last, as text. */
export function hostAddresses(cidr: string): string[] {
  const network = parseNetwork(cidr);
  if (!network) throw new Error(`not an IPv4 network: ${cidr}`);
  const count = 2 ** (32 - network.bits) - 2;
  return Array.from({ length: Math.max(count, 0) }, (_, index) => formatAddress(network.address + index + 1));
}

function subnetNetwork(subnet: number): Network {
  return { address: 10 * 2 ** 24 + subnet * 2 ** 16, bits: 16 };
}

function firstOf(address: number, bits: number): number {
  const size = 2 ** (32 - bits);
  return Math.floor(address / size) * size;
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
