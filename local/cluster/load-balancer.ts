import {
  CoreV1Api,
  KubeConfig,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1Service,
} from "@kubernetes/client-node";
import { addressOf, nextAddress, wantsAddress } from "./addresses.ts";

const RECONNECT_MS = 500;

/**
 * Gives every Service of type LoadBalancer an address, as a cloud does. It never ends by itself, and goes on when
 * the API server was away.
 */
export async function assignAddresses(kubeconfig: string, cidr: string): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = config.makeApiClient(CoreV1Api);
  const informer = makeInformer<V1Service>(config, "/api/v1/services", () =>
    api.listServiceForAllNamespaces(),
  );
  // By uid: what was given and may not be in the informer's list yet.
  const given = new Map<string, string>();

  const assign = async (service: V1Service) => {
    // A list arrives as one event a Service; choose only when all of them are known.
    await Promise.resolve();
    if (!wantsAddress(service)) return;
    const uid = service.metadata?.uid ?? "";
    const address =
      given.get(uid) ?? nextAddress(cidr, [...given.values(), ...informer.list().map(addressOf)]);
    if (!address) throw new Error(`no address is left in ${cidr}`);
    given.set(uid, address);
    await patchStatus(api, service, address);
    console.log(describe(service), address);
  };
  const consider = (service: V1Service) => {
    assign(service).catch((error: unknown) => console.error(describe(service), String(error)));
  };
  informer.on("add", consider);
  informer.on("update", consider);
  informer.on("delete", ({ metadata }) => given.delete(metadata?.uid ?? ""));
  informer.on("error", (error) => {
    console.error(String(error));
    setTimeout(() => void informer.start(), RECONNECT_MS);
  });
  await informer.start();
}

function patchStatus(api: CoreV1Api, { metadata }: V1Service, ip: string): Promise<V1Service> {
  return api.patchNamespacedServiceStatus(
    {
      name: metadata?.name ?? "",
      namespace: metadata?.namespace ?? "",
      body: { status: { loadBalancer: { ingress: [{ ip, ipMode: "VIP" }] } } },
    },
    setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
  );
}

function describe({ metadata }: V1Service): string {
  return `${metadata?.namespace}/${metadata?.name}:`;
}
