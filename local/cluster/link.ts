import { execa } from "execa";
import type { LedgerEntry } from "../process/ledger.ts";
import { freeSubnets, type HostNetworks, type NetworkPlan, networkPlan } from "./network.ts";

/**
 * Joins the namespaces to the host: a pair of links, and one route to a /16 that nothing on this machine uses.
 * Of two clusters that want the same, the kernel gives it to the first; the other goes on to the next.
 * All of it goes when the namespaces go.
 */
export async function connect(init: LedgerEntry, preferred: number): Promise<NetworkPlan> {
  for (const subnet of freeSubnets(await hostNetworks(), preferred)) {
    const network = networkPlan(subnet);
    if (!(await addLink(init, network.link))) continue;
    await ip(hostCommands(network));
    await ip(nodeCommands(network), ["nsenter", "--target", String(init.pid), "--net", "--"]);
    return network;
  }
  throw new Error("every network from 10.100.0.0/16 to 10.239.0.0/16 is in use on this machine");
}

/** The kernel's index of a link of the host; undefined if there is none of that name. */
export async function findLink(name: string): Promise<number | undefined> {
  const { stdout, failed } = await execa("ip", ["-json", "link", "show", "dev", name], { reject: false });
  return failed ? undefined : (JSON.parse(stdout) as { ifindex: number }[])[0]?.ifindex;
}

async function addLink(init: LedgerEntry, name: string): Promise<boolean> {
  const peer = ["peer", "name", "eth0", "netns", String(init.pid)];
  const { failed, stderr } = await execa("ip", ["link", "add", "name", name, "type", "veth", ...peer], {
    reject: false,
  });
  if (failed && !stderr.includes("File exists")) throw new Error(`cannot add the link ${name}: ${stderr}`);
  return !failed;
}

function hostCommands({ link, hostAddress, nodeAddress, linkBits, cidr }: NetworkPlan): string[] {
  return [
    `address add ${hostAddress}/${linkBits} dev ${link}`,
    `link set dev ${link} up`,
    `route add ${cidr} via ${nodeAddress} dev ${link}`,
  ];
}

function nodeCommands({ nodeAddress, linkBits }: NetworkPlan): string[] {
  return ["link set dev lo up", `address add ${nodeAddress}/${linkBits} dev eth0`, "link set dev eth0 up"];
}

async function ip(commands: string[], wrapper: string[] = []): Promise<void> {
  const [program = "", ...args] = [...wrapper, "ip", "-batch", "-"];
  await execa(program, args, { input: commands.join("\n") });
}

async function hostNetworks(): Promise<HostNetworks> {
  const [routes, addresses] = await Promise.all([
    execa("ip", ["-json", "-4", "route", "show", "table", "all"]),
    execa("ip", ["-json", "-4", "address", "show"]),
  ]);
  return { routes: JSON.parse(routes.stdout), addresses: JSON.parse(addresses.stdout) } as HostNetworks;
}
