import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PageOptions, servePage } from "../../../src/page/server/page.ts";
import { FakeWorld } from "../fake-world.ts";
import { ALICE } from "../fakes.ts";
import { until } from "../until.ts";
import { TestBrowser } from "./viewer.ts";

/** The page of a world in memory, served at this machine. */
export class OpenedPage extends TestBrowser {
  readonly world: FakeWorld;
  readonly defects: unknown[] = [];
  readonly folder: string;
  readonly #addresses: readonly string[];
  readonly #stop: AbortController;
  readonly #served: Promise<void>;

  private constructor(world: FakeWorld, folder: string, { addresses, served, stop, defects }: Serving) {
    super(addresses[0] ?? "");
    this.world = world;
    this.folder = folder;
    this.defects = defects;
    this.#addresses = addresses;
    this.#served = served;
    this.#stop = stop;
  }

  /** @param options other than those of a page that may act on a new world */
  static async open(options: Partial<PageOptions> = {}, world = new FakeWorld()): Promise<OpenedPage> {
    const folder = await mkdtemp(join(tmpdir(), "page-"));
    const stop = new AbortController();
    const addresses: string[] = [];
    const defects: unknown[] = [];
    const served = servePage({
      address: { host: "127.0.0.1", port: 0 },
      keyFile: join(folder, "key"),
      project: { ...world.project, directory: folder },
      cluster: world.cluster,
      pulumi: { stacks: async () => [] },
      stats: [],
      control: true,
      words: { everywhere: [], moves: [] },
      verification: { requests: 1, rule: {} },
      bundle: async () => ({ script: "let page;", style: "body{}" }),
      open: async () => ({
        operator: world,
        identity: ALICE,
        onEvent: undefined,
        end: async () => undefined,
      }),
      onAddress: (url) => addresses.push(url),
      onDefect: (error) => defects.push(error),
      signal: stop.signal,
      ...options,
    });
    await Promise.race([served, until(() => addresses.length > 0, { everyMs: 5 })]);
    return new OpenedPage(world, folder, { addresses, served, stop, defects });
  }

  /** The address with which one browser can sign in now. */
  get address(): string {
    return this.#addresses.at(-1) ?? "";
  }

  /** The token that is good now. */
  get token(): string {
    return new URL(this.address).searchParams.get("token") ?? "";
  }

  /** Signs in with the token that is good now. */
  async enter(): Promise<this> {
    await this.signIn(this.address);
    return this;
  }

  /** Ends the command, and waits until it has. */
  async stop(reason: Error = new Error("Ctrl-C")): Promise<void> {
    this.#stop.abort(reason);
    await this.#served;
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true });
    await this.world.close();
  }
}

interface Serving {
  /** Those that it gave out, the newest last. */
  readonly addresses: readonly string[];
  readonly served: Promise<void>;
  readonly stop: AbortController;
  readonly defects: unknown[];
}
