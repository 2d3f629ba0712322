import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { ReleaseEvent } from "../../model/event.ts";
import { allStages } from "../../model/lifecycle.ts";
import type { Identity } from "../../operations/identity.ts";
import { previewStage } from "../../operations/move.ts";
import type { Operator } from "../../operations/operator.ts";
import { evidenceJson } from "../../results/json.ts";
import { evidenceSchema } from "../../results/schemas.ts";
import type { VerificationOptions } from "../../verification/options.ts";
import { Actions } from "./actions.ts";
import { commandLineOf, previewLineOf, type SharedWords } from "./command-line.ts";
import { Content, type ContentOptions } from "./content.ts";
import { Guard } from "./guard.ts";
import { type Address, listen, ownNames, pageServer, shownHost } from "./listen.ts";
import { Previews } from "./previews.ts";
import { type PageParts, pageRoutes } from "./routes.ts";
import { runAction } from "./run-action.ts";
import { sessionCookie } from "./session-key.ts";
import { withLook } from "./soak.ts";
import { newState, pageProject } from "./state.ts";
import { PageStore } from "./store.ts";
import { Viewers } from "./viewers.ts";

/** What an action or a preview works with: opened for each, as a command is. */
export interface Opened {
  readonly operator: Operator;
  readonly identity: Identity;
  /** Told what others are to be told. */
  readonly onEvent: ((event: ReleaseEvent) => void) | undefined;
  end(): Promise<void>;
}

export interface PageOptions extends ContentOptions {
  readonly address: Address;
  readonly words: SharedWords;
  readonly verification: VerificationOptions;
  readonly bundle: PageParts["bundle"];
  /** Where the key of cookies is kept; this account's usual file without it. */
  readonly keyFile?: string | undefined;
  /** @throws UserError as a command does */
  readonly open: (signal: AbortSignal) => Promise<Opened>;
  /** Told the address with which one browser can sign in: at first, and whenever one has. */
  readonly onAddress: (url: string) => void;
  /** Told a failure that nobody foresaw. */
  readonly onDefect: (error: unknown) => void;
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
  const { address, project, control, words, signal, open } = options;
  const scheme = address.tls ? "https" : "http";
  const session = await sessionCookie({ directory: project.directory, port }, options.keyFile);
  const guard = new Guard({ scheme, port, isOurs: ownNames(address), session, control });
  const store = new PageStore(newState(pageProject(project, control), guard.csrf));
  const viewers = new Viewers(store);
  const content = new Content(store, viewers, options);
  const stages = () => allStages(content.project.config);
  const previews = new Previews({
    stages,
    isBusy: () => actions.isBusy,
    commandLine: (stage) => previewLineOf(stage, words),
    make: (stage, stopped) =>
      opened(open, stopped, ({ operator }) => previewStage(operator, stage, { signal: stopped })),
  });
  const actions: Actions = new Actions({
    state: () => store.state,
    commandLine: (request) => commandLineOf(request, words),
    tell: (action) => store.change({ action }),
    onDefect: options.onDefect,
    run: async (request, { observer, signal: cancelled }) => {
      await previews.end();
      return opened(open, cancelled, ({ operator, identity, onEvent }) =>
        runAction(request, {
          operator,
          identity,
          observer: { ...observer, ...(onEvent && { event: onEvent }) },
          signal: cancelled,
          verification: options.verification,
          onLook: (evidence, stage) => {
            const { gate } = operator.project.config;
            const look = evidenceSchema.parse(evidenceJson(evidence));
            if (gate) store.change({ soak: withLook(store.state.soak, stage, look, gate) });
          },
        }),
      );
    },
  });
  const origin = `${scheme}://${shownHost(address)}:${port}`;
  const onSignIn = () => options.onAddress(`${origin}/?token=${guard.tokens.token}`);
  const preview = (stage: string) => previews.of(stage);
  return {
    content,
    parts: { store, viewers, guard, actions, preview, onSignIn, bundle: options.bundle },
    end: async () => {
      await Promise.all([actions.end(signal.reason as Error), previews.end()]);
      viewers.end();
    },
  };
}

/** Works with what is opened for it, and ends that. */
async function opened<T>(
  open: PageOptions["open"],
  signal: AbortSignal,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const found = await open(signal);
  try {
    return await work(found);
  } finally {
    await found.end();
  }
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
