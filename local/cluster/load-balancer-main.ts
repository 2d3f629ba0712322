import { assignAddresses } from "./load-balancer.ts";

const [kubeconfig, cidr] = process.argv.slice(2);
if (!kubeconfig || !cidr) throw new Error("usage: load-balancer-main.ts KUBECONFIG CIDR");
await assignAddresses(kubeconfig, cidr);
