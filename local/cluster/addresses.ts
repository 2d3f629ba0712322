import type { V1Service } from "@kubernetes/client-node";
import { hostAddresses } from "./network.ts";

/** What decides about a Service's address. */
export type ServiceLike = Pick<V1Service, "spec" | "status">;

/** Whether a Service wants an address that nobody else is going to give it. */
export function wantsAddress(service: ServiceLike): boolean {
  const { type, loadBalancerClass } = service.spec ?? {};
  return type === "LoadBalancer" && !loadBalancerClass && addressOf(service) === undefined;
}

/** The address that a Service has. */
export function addressOf({ status }: ServiceLike): string | undefined {
  return status?.loadBalancer?.ingress?.[0]?.ip;
}

/** The first address of a range that is not taken; undefined when all are. */
export function nextAddress(cidr: string, taken: Iterable<string | undefined>): string | undefined {
  const known = new Set(taken);
  return hostAddresses(cidr).find((address) => !known.has(address));
}
