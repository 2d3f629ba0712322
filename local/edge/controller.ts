import { join } from "node:path";
import { readLedger } from "../process/ledger.ts";
import { replaceState } from "../process/state-file.ts";
import type { Api } from "./api.ts";
import { LoadBalancer } from "./load-balancer.ts";
import { type Ingress, keyOf, type Objects } from "./objects.ts";
import {
  assignAddresses,
  type EdgeRecord,
  edgeDirectory,
  FIRST_ADDRESS,
  podTargetsFile,
  writeRecord,
} from "./record.ts";
import { renderConfig } from "./render.ts";
import { scrapedPods } from "./scraped-pods.ts";
import { AddressReporter } from "./status.ts";

export interface ControllerOptions {
  api: Api;
  stateDir: string;
  record: EdgeRecord;
  log: (text: string) => void;
  ingresses: ReadonlyMap<string, Ingress>;
  objects: Objects;
}

const NAME = "haproxy-";

/** Keeps one HAProxy for each Ingress, each at an address of its own, and tells the Ingress its address. */
export class Controller {
  private readonly options: ControllerOptions;
  private readonly reporter: AddressReporter;
  private readonly balancers = new Map<string, LoadBalancer>();
  private readonly closing = new Set<string>();
  private readonly logged = new Map<string, string>();
  private scraped = "";
  private record: EdgeRecord;

  /** Finds the HAProxies that an earlier edge left running. */
  constructor(options: ControllerOptions) {
    this.options = options;
    this.record = options.record;
    this.reporter = new AddressReporter({ ...options, ports: options.record.ports });
    for (const { name } of readLedger(edgeDirectory(options.stateDir)))
      this.balancer(name.slice(NAME.length));
  }

  /** Brings every HAProxy to what the objects say now. */
  reconcile(): void {
    this.assign();
    const byAddress = new Map<string, Ingress | undefined>([[FIRST_ADDRESS, undefined]]);
    for (const [key, ingress] of this.options.ingresses) {
      const address = this.record.addresses[key];
      if (address) byAddress.set(address, ingress);
    }
    for (const address of this.balancers.keys()) if (!byAddress.has(address)) this.close(address);
    for (const [address, ingress] of byAddress) {
      if (!this.closing.has(address)) this.balance(address, ingress);
    }
    this.tellPrometheus();
  }

  /** Resolves when every HAProxy has what it was to have, or has rejected it. */
  async settled(): Promise<void> {
    await Promise.all([...this.balancers.values()].map((balancer) => balancer.settled()));
  }

  /** Whether no HAProxy runs: every configuration was rejected before there was one. */
  servesNobody(): boolean {
    return ![...this.balancers.values()].some((balancer) => balancer.serves());
  }

  /** Lets go of all HAProxies, which run on with what they have, once what is under way has ended. */
  async release(): Promise<void> {
    for (const balancer of this.balancers.values()) balancer.release();
    await this.settled();
  }

  private assign(): void {
    const age = ({ metadata }: Ingress) => metadata.creationTimestamp ?? "";
    const oldestFirst = [...this.options.ingresses.values()].sort((a, b) => (age(a) < age(b) ? -1 : 1));
    const addresses = assignAddresses(oldestFirst.map(keyOf), this.record.addresses);
    if (JSON.stringify(addresses) === JSON.stringify(this.record.addresses)) return;
    this.record = { ...this.record, addresses };
    writeRecord(this.options.stateDir, this.record);
  }

  private tellPrometheus(): void {
    const targets = scrapedPods(this.options.objects);
    const text = JSON.stringify(targets);
    if (text === this.scraped) return;
    this.scraped = text;
    replaceState(podTargetsFile(this.options.stateDir), targets);
  }

  private balance(address: string, ingress: Ingress | undefined): void {
    const { http: httpPort, https: httpsPort, stats: statsPort } = this.record.ports;
    const folders = { directory: this.directory(address), sockets: this.sockets(address) };
    const settings = { address, httpPort, httpsPort, statsPort, ...folders };
    const rendered = renderConfig(ingress, this.options.objects, settings);
    this.balancer(address).want(rendered);
    if (!ingress) return;
    this.logNews(address, rendered.problems.map((text) => `${keyOf(ingress)}: ${text}`).join("\n"));
    void this.reporter.tell(ingress, address);
  }

  private balancer(address: string): LoadBalancer {
    const known = this.balancers.get(address);
    if (known) return known;
    const balancer = new LoadBalancer(
      this.directory(address),
      this.sockets(address),
      NAME + address,
      this.options.log,
    );
    this.balancers.set(address, balancer);
    return balancer;
  }

  /** Ends the HAProxy of an Ingress that is gone; its address is used again only after that. */
  private close(address: string): void {
    const balancer = this.balancers.get(address);
    this.balancers.delete(address);
    this.closing.add(address);
    const ended = balancer?.remove().catch((error: Error) => this.options.log(error.message));
    void ended?.then(() => {
      this.closing.delete(address);
      this.reconcile();
    });
  }

  /** Logs what an Ingress has wrong when that is new or different. */
  private logNews(address: string, problems: string): void {
    if (problems !== "" && this.logged.get(address) !== problems) this.options.log(problems);
    this.logged.set(address, problems);
  }

  private directory(address: string): string {
    return join(edgeDirectory(this.options.stateDir), address);
  }

  private sockets(address: string): string {
    return join(this.record.sockets, address);
  }
}
