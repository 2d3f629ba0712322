import { writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { execa } from "execa";
import { PAGE } from "../../local/environment/command.ts";
import { CANARY } from "../../local/paths.ts";
import { forget } from "../../local/process/ledger.ts";
import { admit, held } from "../../local/process/processes.ts";
import { UserError } from "../../src/errors.ts";
import { request } from "../../src/http/request.ts";
import { openStream } from "../../src/http/stream.ts";
import type { Shell } from "./command.ts";

/** The page of a walk, read-only. */
export interface WalkPage {
  /** The address with which one browser can sign in. */
  readonly url: string;
  /** Writes what it shows as one HTML file. */
  save(file: string): Promise<void>;
  /** Ends it. */
  stop(): Promise<void>;
}

/**
 * Opens the page of a walk. The walk itself looks at it as well, so that its chart has every request from the beginning.
 * @param stats where the edge's statistics are; undefined where there are none to be read
 * @throws UserError where it does not begin, the signal's reason when it is interrupted
 */
export async function openWalkPage(
  { workspace: { directory, environment }, stateDir, signal }: Shell,
  stats: string | undefined,
): Promise<WalkPage> {
  signal.throwIfAborted();
  const options = ["--port", "0", "--json", ...(stats === undefined ? [] : ["--stats", stats])];
  const command = [process.execPath, CANARY, "page", ...options];
  const [program = "", ...args] = held(command);
  const running = execa(program, args, {
    cwd: directory,
    env: { ...environment },
    detached: true,
    cleanup: false,
    cancelSignal: signal,
    killSignal: "SIGINT",
    forceKillAfterDelay: false,
    reject: false,
  });
  const entry = admit(stateDir, { name: PAGE, pid: running.pid ?? 0, command }, running.stdin);
  const end = async () => {
    running.kill("SIGINT");
    const { stderr } = await running;
    forget(stateDir, entry);
    return stderr;
  };
  const viewer = await signIn(addressesIn(running.stdout)).catch(async (error: Error) => {
    const said = await end();
    throw signal.aborted ? signal.reason : new UserError(`the page of the walk: ${error.message}`, said);
  });
  return {
    url: viewer.next.href,
    save: viewer.save,
    stop: async () => {
      await viewer.leave();
      await end();
    },
  };
}

/** What the command prints: an address at first, and another one whenever a browser has signed in. */
async function* addressesIn(output: Readable): AsyncGenerator<URL> {
  for await (const line of createInterface({ input: output }))
    yield new URL((JSON.parse(line) as { url: string }).url);
}

/** Looks at a page from now on; the first address is used up by that, and the next one is somebody else's. */
async function signIn(addresses: AsyncGenerator<URL>) {
  const address = await addressAmong(addresses);
  const { headers } = await request(address);
  const Cookie = headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  const leaving = new AbortController();
  const { text } = await openStream(new URL("/events", address), {
    headers: { Cookie },
    signal: leaving.signal,
  });
  const drained = drain(text).catch(() => undefined);
  return {
    next: await addressAmong(addresses),
    save: async (file: string) => {
      const page = await request(new URL("/export", address), { headers: { Cookie } });
      if (page.status !== 200) throw new Error(`the page answered ${page.status}`);
      await writeFile(file, page.text);
    },
    leave: () => {
      leaving.abort();
      return drained;
    },
  };
}

async function addressAmong(addresses: AsyncGenerator<URL>): Promise<URL> {
  const { done, value } = await addresses.next();
  if (done) throw new Error("it ended at once");
  return value;
}

async function drain(text: AsyncIterable<string>): Promise<void> {
  for await (const _ of text);
}
