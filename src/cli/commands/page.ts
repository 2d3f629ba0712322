import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { execa } from "execa";
import type { PageOptions } from "../../page/server/page.ts";
import { EXIT } from "../../results/exit.ts";
import { WrongUse } from "../exit.ts";
import { type MeasuringOptions, verificationOptions, withMeasuringOptions } from "../options.ts";
import { examples, type Runner } from "../runner.ts";
import { type GlobalOptions, openSession, type Session } from "../session.ts";

interface Options extends MeasuringOptions {
  readonly port: number;
  readonly open?: boolean;
  readonly control?: boolean;
  readonly listen?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly export?: string;
}

/** The same each time, so that a page that is left open finds its server again. */
const USUAL_PORT = 8440;
const THIS_MACHINE = "127.0.0.1";

export const pageCommand = (run: Runner): Command =>
  withMeasuringOptions(
    new Command("page")
      .description("a page to watch a release on, and to steer it with --control; until Ctrl-C")
      .option(
        "--port <number>",
        `where it listens; 0 for any free port (default: ${USUAL_PORT})`,
        port,
        USUAL_PORT,
      )
      .option("--open", "opens it in this machine's browser")
      .option(
        "--control",
        "lets whoever is signed in promote, roll back, abort and judge (default: read-only)",
      )
      .option("--listen <address>", "listens beyond this machine as well, with --tls-cert and --tls-key")
      .option("--tls-cert <file>", "certificate for the name that browsers ask for, in PEM")
      .option("--tls-key <file>", "its private key, in PEM")
      .option("--export <file>", "writes the release as one HTML file that needs no server, and ends"),
  )
    .addHelpText(
      "after",
      examples("canary page --open", "canary page --control", "canary page --export release.html"),
    )
    .action(
      run<Options>((session, _args, options) =>
        options.export === undefined ? serve(session, options) : write(session, options, options.export),
      ),
    );

async function serve(session: Session, options: Options & GlobalOptions): Promise<number> {
  const { terminal, project, pulumi, cluster, signal } = session;
  const address = { host: options.listen ?? THIS_MACHINE, port: options.port, tls: await tlsOf(options) };
  const { isLoopback } = await import("../../page/server/listen.ts");
  if (!isLoopback(address.host) && !address.tls) {
    throw new WrongUse(
      `--listen ${address.host} is beyond this machine, and there is no certificate`,
      "Give --tls-cert FILE and --tls-key FILE, or leave --listen out and reach the page through ssh -L.",
    );
  }
  const { servePage } = await import("../../page/server/page.ts");
  let isFirst = true;
  const onAddress = (url: string) => {
    if (terminal.json) terminal.line({ url });
    else if (isFirst) terminal.result(url, () => url);
    else terminal.note(`for another browser: ${url}`);
    if (isFirst && options.open) void openBrowser(url, terminal);
    isFirst = false;
  };
  await servePage({
    address,
    project,
    cluster,
    pulumi,
    signal,
    stats: options.stats === undefined ? [] : [options.stats],
    control: options.control === true,
    verification: verificationOptions(options),
    words: sharedWords(options),
    bundle: bundleOnce(),
    open: (stopped) => openLikeCommand(options, stopped),
    onAddress,
    onDefect: (error) => terminal.note(error instanceof Error ? String(error.stack) : String(error)),
  });
  return EXIT.done;
}

async function write(
  { project, pulumi, cluster, terminal }: Session,
  { stats }: Options,
  file: string,
): Promise<number> {
  const summaries = pulumi.stacks();
  const [api] = await Promise.all([cluster(), summaries]);
  const [{ stateNow }, { exportedHtml }, bundle] = await Promise.all([
    import("../../page/server/state.ts"),
    import("../../page/html.ts"),
    bundleOnce()(),
  ]);
  const state = await stateNow({ project, api, summaries, stats });
  await writeFile(file, exportedHtml({ bundle, state, made: new Date() })).catch((error: Error) => {
    throw new WrongUse(
      `--export ${file} cannot be written: ${error.message}`,
      "Name a file in a folder that exists.",
    );
  });
  terminal.result({ file: resolve(file) }, (written) => `written: ${written.file}`);
  return EXIT.done;
}

/** A session for one action, as a command of its own would open it: the project's files are read anew. */
async function openLikeCommand(options: GlobalOptions, signal: AbortSignal): ReturnType<PageOptions["open"]> {
  const session = await openSession(options, signal);
  const { event } = await session.terminal.observer();
  return {
    operator: await session.operator(),
    identity: session.identity,
    onEvent: event,
    end: () => session.end(),
  };
}

/** @throws WrongUse for half of what TLS needs, and for a file that cannot be read */
async function tlsOf({ tlsCert, tlsKey }: Options): Promise<PageOptions["address"]["tls"]> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new WrongUse(
      `${tlsKey === undefined ? "--tls-cert" : "--tls-key"} comes alone`,
      "Give both, --tls-cert FILE and --tls-key FILE.",
    );
  const read = (option: string, file: string) =>
    readFile(file, "utf8").catch((error: Error) => {
      throw new WrongUse(`${option} ${file} cannot be read: ${error.message}`, "Name a file in PEM.");
    });
  const [cert, key] = await Promise.all([read("--tls-cert", tlsCert), read("--tls-key", tlsKey)]);
  return { cert, key };
}

/** What the command that does the same has to be given: whatever says where, and how the edge is measured. */
function sharedWords(options: Options & GlobalOptions): PageOptions["words"] {
  const named = (option: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [option, String(value)];
  return {
    everywhere: [
      ...named("--stack-dir", options.stackDir),
      ...named("--context", options.context),
      ...named("--kubeconfig", options.kubeconfig),
    ],
    moves: [
      ...named("--url", options.url),
      ...named("--host", options.host),
      ...named("--ca", options.ca),
      ...(options.acceptSelfSigned ? ["--accept-self-signed"] : []),
      ...named("--version-header", options.versionHeader),
      ...named("--version-pattern", options.versionPattern),
      ...named("--requests", options.requests),
      ...named("--precision", options.precision),
      ...named("--settle", options.settle === undefined ? undefined : `${options.settle}s`),
      ...named("--stats", options.stats),
    ],
  };
}

const BROWSERS: Partial<Record<NodeJS.Platform, string>> = { darwin: "open", linux: "xdg-open" };

/** A machine without a browser is no failure: the address stands in the terminal. */
async function openBrowser(url: string, terminal: Session["terminal"]): Promise<void> {
  const { failed, shortMessage } = await execa(BROWSERS[process.platform] ?? "xdg-open", [url], {
    reject: false,
    stdio: "ignore",
    cleanup: false,
  });
  if (failed) terminal.note(`no browser could be opened: ${shortMessage?.replace(url, "ADDRESS")}`);
}

/** A port of TCP; 0 is any free one. */
function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError("Give a port from 0 to 65535.");
}

/** Loaded and bundled at the first request, and kept. */
function bundleOnce(): PageOptions["bundle"] {
  let bundle: ReturnType<PageOptions["bundle"]> | undefined;
  return () => {
    bundle ??= import("../../page/kept-bundle.ts").then(({ keptBundle }) => keptBundle());
    return bundle;
  };
}
