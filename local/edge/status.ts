import type { Api } from "./api.ts";
import { type Ingress, keyOf } from "./objects.ts";
import type { EdgeRecord } from "./record.ts";

export interface ReporterOptions {
  api: Api;
  ports: EdgeRecord["ports"];
  log: (text: string) => void;
}

/**
 * Writes the address of each Ingress into its status, as Voyager does with the address of its load balancer. The
 * ports are there too, because the local edge cannot listen on 80 and 443.
 */
export class AddressReporter {
  private readonly options: ReporterOptions;
  /** Each Ingress is told each address once: two edges at one cluster must not answer each other for ever. */
  private readonly told = new Map<string, string>();

  constructor(options: ReporterOptions) {
    this.options = options;
  }

  /** Tells an Ingress its address, unless it was told before; a failure is logged and tried again next time. */
  async tell(ingress: Ingress, address: string): Promise<void> {
    const { log, ports } = this.options;
    const key = keyOf(ingress);
    const message = `${ingress.metadata.uid} ${address}`;
    if (this.told.get(key) === message) return;
    this.told.set(key, message);
    const [known] = ingress.status?.loadBalancer?.ingress ?? [];
    if (known?.ip === address && known.ports?.[0]?.port === ports.http) return;
    await this.patch(ingress, address).catch((error: Error) => {
      this.told.delete(key);
      log(`cannot tell ${key} its address: ${error.message}`);
    });
  }

  private async patch({ metadata: { namespace, name } }: Ingress, ip: string): Promise<void> {
    const { api, ports } = this.options;
    const entry = { ip, ports: [ports.http, ports.https].map((port) => ({ port, protocol: "TCP" })) };
    await api.call({
      method: "PATCH",
      path: `/apis/voyager.appscode.com/v1/namespaces/${namespace}/ingresses/${name}/status`,
      contentType: "application/merge-patch+json",
      body: JSON.stringify({ status: { loadBalancer: { ingress: [entry] } } }),
    });
  }
}
