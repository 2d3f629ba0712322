import type { IncomingMessage } from "node:http";
import { isSame, OneTimeToken, type Redeemed, unguessable } from "./sign-in.ts";

/** Why a request is not answered. */
export interface Denied {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GuardOptions {
  readonly scheme: "http" | "https";
  readonly port: number;
  /** Whether a host name or address, without a port, is one of this server's. */
  readonly isOurs: (host: string) => boolean;
  /** What a browser that signed in carries. */
  readonly session: string;
  /** Whether anything can be done from the page. */
  readonly control: boolean;
}

/**
 * Who may see the page, and who may act. A browser sends a request wherever a foreign page tells it to, so it is not enough
 * that it carries the cookie: the host that it asked for, the page that made it ask, and for an action a header that no
 * foreign page can send, all have to be right.
 */
export class Guard {
  readonly tokens: OneTimeToken;
  /** For the header of actions; null where none are allowed. */
  readonly csrf: string | null;
  readonly #options: GuardOptions;

  constructor(options: GuardOptions, tokens = new OneTimeToken()) {
    this.#options = options;
    this.tokens = tokens;
    this.csrf = options.control ? unguessable() : null;
  }

  /** What is wrong with where a request comes from; undefined where nothing is. */
  denied({ headers, url = "" }: IncomingMessage): Denied | undefined {
    const { host = "", origin, "sec-fetch-site": site = "none", "sec-fetch-mode": mode } = headers;
    // Another name that leads here (DNS rebinding) makes a foreign page one of ours to the browser.
    if (!this.#isOurHost(host)) return { status: 421, text: "This server does not answer to that name." };
    const isForeign = origin !== undefined && origin !== `${this.#options.scheme}://${host}`;
    // A page of another port of this machine is of the same site: cookies go along with what it asks for.
    const isAskedByOthers = site !== "same-origin" && site !== "none";
    const isLinkToPage = mode === "navigate" && /^\/(?:\?|$)/.test(url);
    if (isForeign || (isAskedByOthers && !isLinkToPage))
      return { status: 403, text: "Another page may not ask for this." };
    return undefined;
  }

  /** Whether a request may act, on top of what every request has to have. */
  deniedAction({ headers }: IncomingMessage): Denied | undefined {
    if (this.csrf === null) return { status: 403, text: "This page is read-only." };
    if (headers.origin === undefined)
      return { status: 403, text: "An action has to say which page it is of." };
    const given = headers["x-canary-csrf"];
    if (typeof given !== "string" || !isSame(given, this.csrf))
      return { status: 403, text: "The header x-canary-csrf is missing or wrong." };
    return undefined;
  }

  isSignedIn({ headers: { cookie = "" } }: IncomingMessage): boolean {
    const given = cookie
      .split(";")
      .map((pair) => pair.trim())
      .find((pair) => pair.startsWith(`${this.#cookieName}=`));
    return given !== undefined && isSame(given, `${this.#cookieName}=${this.#options.session}`);
  }

  /** @returns what became of it, and the cookie that a browser with the right one gets */
  signIn(token: string): { readonly redeemed: Redeemed; readonly cookie: string } {
    const secure = this.#options.scheme === "https" ? "; Secure" : "";
    const cookie = `${this.#cookieName}=${this.#options.session}; Path=/; HttpOnly; SameSite=Strict${secure}`;
    return { redeemed: this.tokens.redeem(token), cookie };
  }

  /** Cookies do not tell ports apart: each port has a name of its own. */
  get #cookieName(): string {
    return `canary-page-${this.#options.port}`;
  }

  /** @param host `localhost:8440`, `[::1]:8440`; without a port it is the scheme's own */
  #isOurHost(host: string): boolean {
    const [, name = "", port] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(host) ?? [];
    const { scheme, isOurs } = this.#options;
    const asked = port === undefined ? { http: 80, https: 443 }[scheme] : Number(port);
    return asked === this.#options.port && isOurs(name.replace(/^\[(.*)\]$/, "$1").toLowerCase());
  }
}
