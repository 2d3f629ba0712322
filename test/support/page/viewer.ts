import { request } from "../../../src/http/request.ts";
import { openStream } from "../../../src/http/stream.ts";
import type { ActionRequest, PageEvent, PageState } from "../../../src/page/contract.ts";
import { until } from "../until.ts";

/** What a request says besides its path. */
export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Without the cookie of a browser that signed in. */
  readonly isStranger?: boolean;
  readonly timeoutMs?: number;
}

/** Somebody who looks: what the page told, taken together. */
export interface TestViewer {
  readonly events: readonly PageEvent[];
  state(): PageState;
  leave(): void;
}

/** A browser as far as the page's server can tell, at an address that the command printed. */
export class TestBrowser {
  readonly origin: string;
  /** Every answer so far, events included. */
  readonly heard: string[] = [];
  cookie = "";
  csrf = "";

  constructor(address: string) {
    this.origin = new URL(address).origin;
  }

  /** @param address with a token */
  async signIn(address: string): Promise<void> {
    const { headers } = await this.ask(new URL(address).search, { isStranger: true });
    this.cookie = headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  }

  async ask(path: string, { method, headers, body, isStranger, timeoutMs }: Asked = {}) {
    const cookie = isStranger ? undefined : { Cookie: this.cookie };
    const url = new URL(this.origin + (path.startsWith("/") ? path : `/${path}`));
    const answer = await request(url, { method, body, headers: { ...cookie, ...headers }, timeoutMs });
    this.heard.push(answer.text);
    return answer;
  }

  /** Asks for an action as the page itself does. */
  async act(action: ActionRequest, csrf = this.csrf, path = "/actions") {
    const headers = { Origin: this.origin, "Content-Type": "application/json", "X-Canary-CSRF": csrf };
    const { status, text } = await this.ask(path, { method: "POST", headers, body: JSON.stringify(action) });
    return { status, text, json: () => JSON.parse(text) as { id: string; message: string } };
  }

  /** Looks at the page from now on. */
  async look(): Promise<TestViewer> {
    const leaving = new AbortController();
    const url = new URL(`${this.origin}/events`);
    const { text } = await openStream(url, { headers: { Cookie: this.cookie }, signal: leaving.signal });
    const events: PageEvent[] = [];
    void this.#follow(text, events).catch(() => undefined);
    const viewer = { events, state: () => stateOf(events), leave: () => leaving.abort() };
    await until(() => events.length > 0, { everyMs: 5 });
    this.csrf = viewer.state().csrf ?? "";
    return viewer;
  }

  async #follow(text: AsyncIterable<string>, events: PageEvent[]): Promise<void> {
    let rest = "";
    for await (const part of text) {
      const messages = (rest + part).split("\n\n");
      rest = messages.pop() ?? "";
      for (const message of messages) {
        this.heard.push(message);
        events.push(JSON.parse(message.replace(/^data: /, "")) as PageEvent);
      }
    }
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
