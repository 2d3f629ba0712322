import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "commander";
import { execa } from "execa";
import type { PageOptions } from "../../page/server/page.ts";
import { EXIT } from "../../results/exit.ts";
import { WrongUse } from "../exit.ts";
import {
  type MeasuringOptions,
  measuringWords,
  verificationOptions,
  withMeasuringOptions,
} from "../options.ts";
import { type AddressOptions, pageAddress, port, USUAL_PORT } from "../page-address.ts";
import { examples, type Runner } from "../runner.ts";
import { type GlobalOptions, openSession, type Session } from "../session.ts";

interface Options extends MeasuringOptions, AddressOptions {
  readonly open?: boolean;
  readonly control?: boolean;
  readonly export?: string;
}

export const pageCommand = (run: Runner): Command =>
  withMeasuringOptions(
    new Command("page")
      .description("a page to watch a release on, and to steer it with --control; until Ctrl-C")
      .option("--port <number>", `where it listens; 0 for any free port (default: ${USUAL_PORT})`, port)
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
  const { terminal, project, pulumi, signal } = session;
  const address = await pageAddress(options);
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
    cluster: lookingForCluster(session, options),
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

/** A session keeps what it found out about the foundation: where there is none yet, the next look is one of a new session. */
function lookingForCluster(first: Session, options: GlobalOptions): Session["cluster"] {
  let session: Session | undefined = first;
  return async () => {
    session ??= await openSession(options, first.signal);
    const found = await session.cluster();
    if (!found) session = undefined;
    return found;
  };
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

/** What the command that does the same has to be given: whatever says where, and how the edge is measured. */
function sharedWords(options: Options & GlobalOptions): PageOptions["words"] {
  const { stackDir, context, kubeconfig } = options;
  const places = { "--stack-dir": stackDir, "--context": context, "--kubeconfig": kubeconfig };
  const everywhere = Object.entries(places).flatMap(([option, value]) =>
    value === undefined ? [] : [option, value],
  );
  return { everywhere, moves: measuringWords(options) };
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

/** Loaded and bundled at the first request, and kept. */
function bundleOnce(): PageOptions["bundle"] {
  let bundle: ReturnType<PageOptions["bundle"]> | undefined;
  return () => {
    bundle ??= import("../../page/kept-bundle.ts").then(({ keptBundle }) => keptBundle());
    return bundle;
  };
}
