import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { findProcess } from "../process/ledger.ts";
import { listensAt } from "../process/procfs.ts";
import { until } from "../process/until.ts";
import { isReady, serveAdmin } from "./admin.ts";
import {
  bootstrapCommand,
  CONTOUR,
  contourCommand,
  contourConfig,
  ENVOY,
  envoyCommand,
  filesIn,
  XDS_PORT,
} from "./commands.ts";
import { keepRunning } from "./kept.ts";
import { adminSocket, gatewayDirectory, readRecord, readyFile } from "./record.ts";

const LOOK_MS = 20;
/** What is kept is kept until this process ends. */
const NEVER = new AbortController().signal;

/** The process that keeps Contour and Envoy running: `main.ts STATE_DIR`. It runs until SIGTERM or SIGINT, and leaves both. */
async function main([stateDir = ""]: string[]): Promise<void> {
  const record = readRecord(stateDir);
  if (!record) throw new Error(`${stateDir} has no record of a gateway`);
  const directory = gatewayDirectory(stateDir);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(0));

  writeFileSync(filesIn(directory).contour, contourConfig(record));
  const [program = "", ...words] = bootstrapCommand(record, directory);
  await execa(program, words);

  let ended = false;
  const say = (text: string) => {
    ended = true;
    console.log(`${new Date().toISOString()} ${text}`);
  };
  const keep = (name: string, command: readonly string[]) =>
    keepRunning({ name, directory, command, log: join(directory, `${name}.log`) }, say, NEVER);
  const kept = [
    keep(CONTOUR, contourCommand(record, directory)),
    keep(ENVOY, envoyCommand(record, directory)),
  ];
  for (const one of kept) one.catch(failed);
  serveAdmin(adminSocket(record), record.adminPort).on("error", failed);

  const isServing = async () => isTellingEnvoy(directory) && (await isReady(adminSocket(record)));
  await until(async () => ended || (await isServing()), { timeoutMs: Infinity, everyMs: LOOK_MS });
  // What does not live until it serves never will; its own words are in its log, which `startGateway` reads out.
  if (ended) process.exit(1);
  writeFileSync(readyFile(stateDir), "");
}

/** Contour opens its port when it knows what is in the cluster. An Envoy that went on meanwhile is ready all the time. */
function isTellingEnvoy(directory: string): boolean {
  const contour = findProcess(directory, CONTOUR);
  return contour !== undefined && listensAt(contour.pid, XDS_PORT);
}

function failed(error: Error): void {
  console.error(error.message);
  process.exit(1);
}

await main(process.argv.slice(2));
