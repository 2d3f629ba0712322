import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "../../../src/http/request.ts";
import { openStream } from "../../../src/http/stream.ts";
import type { ActionRequest, PageEvent, PageState } from "../../../src/page/contract.ts";
import { type PageOptions, servePage } from "../../../src/page/server/page.ts";
import { FakeWorld } from "../fake-world.ts";
import { ALICE } from "../fakes.ts";
import { until } from "../until.ts";

/** What a request says besides its path. */
export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Without the cookie of a browser that signed in. */
  readonly isStranger?: boolean;
}

/** A viewer: what the page was told, taken together. */
export interface TestViewer {
  readonly events: readonly PageEvent[];
  state(): PageState;
  leave(): void;
}

/** The page of a world in memory, served at this machine. */
export class OpenedPage {
  readonly world: FakeWorld;
  /** The addresses that it gave out, the newest last. */
  readonly addresses: string[] = [];
  readonly defects: unknown[] = [];
  readonly folder: string;
  cookie = "";
  readonly #stop = new AbortController();
  readonly #leaving = new AbortController();
  #served: Promise<void> = Promise.resolve();

  private constructor(world: FakeWorld, folder: string) {
    this.world = world;
    this.folder = folder;
  }

  /** @param options other than those of a page that may act on a new world */
  static async open(options: Partial<PageOptions> = {}, world = new FakeWorld()): Promise<OpenedPage> {
    const page = new OpenedPage(world, await mkdtemp(join(tmpdir(), "page-")));
    const project = { ...world.project, directory: page.folder };
    page.#served = servePage({
      address: { host: "127.0.0.1", port: 0 },
      keyFile: join(page.folder, "key"),
      project,
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
      onAddress: (url) => page.addresses.push(url),
      onDefect: (error) => page.defects.push(error),
      signal: page.#stop.signal,
      ...options,
    });
    await Promise.race([page.#served, until(() => page.addresses.length > 0, { everyMs: 5 })]);
    return page;
  }

  get origin(): string {
    return new URL(this.addresses[0] ?? "").origin;
  }

  /** The token that is good now. */
  get token(): string {
    return new URL(this.addresses.at(-1) ?? "").searchParams.get("token") ?? "";
  }

  async signIn(): Promise<this> {
    const { headers } = await this.ask(`/?token=${this.token}`, { isStranger: true });
    this.cookie = headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    return this;
  }

  ask(path: string, { method, headers, body, isStranger }: Asked = {}) {
    const cookie = isStranger ? undefined : { Cookie: this.cookie };
    return request(new URL(this.origin + path), { method, body, headers: { ...cookie, ...headers } });
  }

  /** Asks for an action as the page itself does. */
  async act(action: ActionRequest, csrf = this.csrf, path = "/actions") {
    const headers = { Origin: this.origin, "Content-Type": "application/json", "X-Canary-CSRF": csrf };
    const { status, text } = await this.ask(path, { method: "POST", headers, body: JSON.stringify(action) });
    return { status, text, json: () => JSON.parse(text) as { id: string; message: string } };
  }

  csrf = "";

  /** Looks at the page from now on. */
  async look(): Promise<TestViewer> {
    const leaving = new AbortController();
    const signal = AbortSignal.any([leaving.signal, this.#leaving.signal]);
    const url = new URL(`${this.origin}/events`);
    const { text } = await openStream(url, { headers: { Cookie: this.cookie }, signal });
    const events: PageEvent[] = [];
    void follow(text, events).catch(() => undefined);
    const viewer = { events, state: () => stateOf(events), leave: () => leaving.abort() };
    await until(() => events.length > 0, { everyMs: 5 });
    this.csrf = viewer.state().csrf ?? "";
    return viewer;
  }

  /** Ends the command, and waits until it has. */
  async stop(reason: Error = new Error("Ctrl-C")): Promise<void> {
    this.#stop.abort(reason);
    await this.#served;
  }

  async close(): Promise<void> {
    await this.stop();
    this.#leaving.abort();
    await rm(this.folder, { recursive: true });
    await this.world.close();
  }
}

async function follow(text: AsyncIterable<string>, events: PageEvent[]): Promise<void> {
  let rest = "";
  for await (const part of text) {
    const messages = (rest + part).split("\n\n");
    rest = messages.pop() ?? "";
    for (const message of messages) events.push(JSON.parse(message.replace(/^data: /, "")) as PageEvent);
  }
}

/** What a browser makes of the events. */
function stateOf(events: readonly PageEvent[]): PageState {
  let state: PageState | undefined;
  for (const event of events) {
    if (event.event === "state") state = event.state;
    else if (!state) throw new Error("the first event is no state");
    else if (event.event === "changed") state = { ...state, ...event.changed };
    else state = { ...state, points: [...state.points, event.point] };
  }
  if (!state) throw new Error("nothing was told yet");
  return state;
}
