import type { IncomingMessage, ServerResponse } from "node:http";
import type { PreviewAnswer } from "../contract.ts";
import { ASSETS, exportedHtml, servedHtml } from "../html.ts";
import { type Actions, actionRequest } from "./actions.ts";
import { answer, answerJson, jsonBody, setHeaders } from "./answers.ts";
import type { Denied, Guard } from "./guard.ts";
import type { PageStore } from "./store.ts";
import type { Viewers } from "./viewers.ts";

/** What the routes lead to. */
export interface PageParts {
  readonly store: PageStore;
  readonly viewers: Viewers;
  readonly guard: Guard;
  readonly actions: Actions;
  readonly bundle: () => Promise<{ readonly script: string; readonly style: string }>;
  readonly preview: (stage: string) => Promise<PreviewAnswer>;
  /** Told whenever somebody has signed in: the token is used up. */
  readonly onSignIn: () => void;
}

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>;

const SIGN_IN =
  "Open the address that `canary page` printed last: each token in one is good for one browser, and this one has none.";

/** What there is at a path, and by which methods. What is not named here does not exist: no path leads to a file. */
interface Route {
  readonly methods: readonly string[];
  readonly handle: Handler;
}

/** @throws as bundling and previews do */
export function pageRoutes(
  parts: PageParts,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const reads = readsOf(parts);
  const routeOf = (path: string): Route | undefined => {
    const write = writeAt(path, parts.actions);
    if (write) return { methods: ["POST"], handle: write };
    const read = Object.hasOwn(reads, path) ? reads[path] : undefined;
    return read && { methods: ["GET", "HEAD"], handle: read };
  };
  return async (request, response) => {
    setHeaders(response);
    const url = URL.parse(request.url ?? "", "http://page");
    const token = url?.pathname === "/" && request.method === "GET" ? url.searchParams.get("token") : null;
    const route = url ? routeOf(url.pathname) : undefined;
    const denied =
      parts.guard.denied(request) ?? (token === null ? deniedRoute(parts.guard, request, route) : undefined);
    if (denied) answer(response, denied.status, denied.text, "plain", denied.headers);
    else if (token !== null) signIn(parts, response, token);
    else if (url) await route?.handle(request, response, url);
  };
}

/** Why somebody who has no token is not answered: who is not in learns nothing of what there is. */
function deniedRoute(guard: Guard, request: IncomingMessage, route: Route | undefined): Denied | undefined {
  if (!guard.isSignedIn(request)) return { status: 401, text: SIGN_IN };
  if (!route) return { status: 404, text: "There is nothing here." };
  const { methods } = route;
  if (!methods.includes(request.method ?? ""))
    return { status: 405, text: `Only ${methods.join(" and ")}.`, headers: { Allow: methods.join(", ") } };
  return methods.includes("POST") ? guard.deniedAction(request) : undefined;
}

function readsOf({ store, viewers, bundle, preview }: PageParts): Readonly<Record<string, Handler>> {
  return {
    "/": (_request, response) => {
      const { app, namespace } = store.state.project;
      answer(response, 200, servedHtml(`${app} in ${namespace}`), "html");
    },
    [ASSETS.script]: async (_request, response) =>
      answer(response, 200, (await bundle()).script, "javascript"),
    [ASSETS.style]: async (_request, response) => answer(response, 200, (await bundle()).style, "css"),
    "/events": (request, response) => {
      if (request.method === "HEAD") answer(response, 200, "");
      else if (!viewers.add(response)) answer(response, 503, "Too many look already.");
    },
    "/preview": async (_request, response, url) =>
      answerJson(response, 200, await preview(url.searchParams.get("stage") ?? "")),
    "/export": async (_request, response) => {
      const state = { ...store.state, csrf: null };
      const html = exportedHtml({ bundle: await bundle(), state, made: new Date() });
      answer(response, 200, html, "html", { "Content-Disposition": 'attachment; filename="release.html"' });
    },
  };
}

/** What is done at a path; undefined where nothing is. */
function writeAt(path: string, actions: Actions): Handler | undefined {
  if (path === "/actions") return (request, response) => begin(actions, request, response);
  const [, id] = /^\/actions\/([\w-]+)\/cancel$/.exec(path) ?? [];
  if (id === undefined) return undefined;
  return (_request, response) => {
    if (actions.cancel(id)) answer(response, 202, "");
    else answer(response, 404, "No such action goes on.");
  };
}

async function begin(actions: Actions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await jsonBody(request);
  if ("status" in body) return answer(response, body.status, "This is no action in JSON.");
  const { data: action, error } = actionRequest.safeParse(body.json);
  if (!action) return answer(response, 400, `This is no action: ${error.issues[0]?.message}`);
  const begun = actions.begin(action);
  answerJson(response, "id" in begun ? 202 : 409, begun);
}

/** The token becomes a cookie, and leaves the address. */
function signIn({ guard, onSignIn }: PageParts, response: ServerResponse, token: string): void {
  const { redeemed, cookie } = guard.signIn(token);
  if (redeemed === "right") {
    response.writeHead(303, { Location: "/", "Set-Cookie": cookie }).end();
    onSignIn();
  } else if (redeemed === "wrong") answer(response, 401, SIGN_IN);
  else answer(response, 429, "Too many wrong tokens: wait a minute.", "plain", { "Retry-After": "60" });
}
