import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Content, type ContentOptions } from "./content.ts";
import { Guard } from "./guard.ts";
import { type Address, listen, ownNames, pageServer, shownHost } from "./listen.ts";
import { type PageParts, pageRoutes } from "./routes.ts";
import { sessionCookie } from "./session-key.ts";
import { newState, pageProject } from "./state.ts";
import { PageStore } from "./store.ts";
import { Viewers } from "./viewers.ts";
import { pageWork, type WorkOptions } from "./work.ts";

export interface PageOptions extends ContentOptions, WorkOptions {
  readonly address: Address;
  readonly bundle: PageParts["bundle"];
  /** Where the key of cookies is kept; this account's usual file without it. */
  readonly keyFile?: string | undefined;
  /** Told the address with which one browser can sign in: at first, and whenever one has. */
  readonly onAddress: (url: string) => void;
}

/**
 * Serves the page until the signal aborts; then what goes on is stopped in good order, and every connection ends.
 * @throws UserError where it cannot listen, or where backend or cluster cannot be found out about
 */
export async function servePage(options: PageOptions): Promise<void> {
  const { address, signal, onDefect } = options;
  let route = async (_request: IncomingMessage, _response: ServerResponse): Promise<void> => undefined;
  const server = pageServer(address, (request, response) => {
    route(request, response).catch((error: unknown) => {
      if (response.destroyed || request.destroyed) return;
      onDefect(error);
      response.writeHead(500).end();
    });
  });
  const port = await listen(server, address);
  try {
    const page = await assemble(options, port);
    route = pageRoutes(page.parts);
    page.parts.onSignIn();
    await page.content.begin();
    await aborted(signal);
    await page.end();
  } finally {
    await close(server);
  }
}

interface Page {
  readonly parts: PageParts;
  readonly content: Content;
  end(): Promise<void>;
}

async function assemble(options: PageOptions, port: number): Promise<Page> {
  const { address, project, control, signal } = options;
  const scheme = address.tls ? "https" : "http";
  const session = await sessionCookie({ directory: project.directory, port }, options.keyFile);
  const guard = new Guard({ scheme, port, isOurs: ownNames(address), session, control });
  const store = new PageStore(newState(pageProject(project, control), guard.csrf));
  const viewers = new Viewers(store);
  const content = new Content(store, viewers, options);
  const { actions, previews } = pageWork(store, () => content.project, options);
  const origin = `${scheme}://${shownHost(address)}:${port}`;
  const onSignIn = () => options.onAddress(`${origin}/?token=${guard.tokens.token}`);
  const preview = (stage: string) => previews.of(stage);
  return {
    content,
    parts: { store, viewers, guard, actions, preview, onSignIn, bundle: options.bundle },
    end: async () => {
      const reason = signal.reason as Error;
      await Promise.all([actions.end(reason), previews.end(reason)]);
      viewers.end();
    },
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

/** What was written to viewers is sent before that. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    setImmediate(() => server.closeAllConnections());
  });
}
