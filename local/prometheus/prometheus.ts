import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { request } from "../../src/http/request.ts";
import { ensurePackages } from "../cluster/packages.ts";
import { choosePort } from "../edge/ports.ts";
import { podTargetsFile, targetsFile } from "../edge/record.ts";
import { PROMETHEUS_PACKAGES } from "../machine/debian-packages.mjs";
import { findProcess } from "../process/ledger.ts";
import { lengthOf, writtenSince } from "../process/logs.ts";
import { isAlive, start, stop } from "../process/processes.ts";
import type { Progress } from "../process/progress.ts";
import { until } from "../process/until.ts";

const PROMETHEUS = "/usr/bin/prometheus";
const PROCESS = "prometheus";
const ADDRESS = "127.0.0.1";
const START_MS = 20_000;
/** Short, so that a test of a minute sees as much as an hour elsewhere. */
const SCRAPE = "1s";

/**
 * Starts Prometheus on the local environment, or finds it running: it scrapes the own exporter of each of the edge's
 * HAProxies, with the labels `namespace` and `ingress`, and each pod that asks for it by the annotation
 * `prometheus.io/scrape`, with `namespace` and `pod`. Installs it where it is missing. It talks to this machine alone.
 * @param further `scrape_configs` besides
 * @returns its address, without a slash at the end
 * @throws Error when it does not start, in its own words
 */
export async function startPrometheus(
  stateDir: string,
  progress: Progress,
  further: readonly object[] = [],
): Promise<string> {
  await ensurePackages(PROMETHEUS_PACKAGES, progress);
  return progress.step("Prometheus", async () => {
    if (findProcess(stateDir, PROCESS)) return urlAt(Number(readFileSync(portFile(stateDir), "utf8")));
    const folder = join(stateDir, "prometheus");
    mkdirSync(folder, { recursive: true });
    const port = await choosePort(ADDRESS, undefined);
    writeFileSync(portFile(stateDir), String(port));
    const config = join(folder, "prometheus.yml");
    writeFileSync(config, JSON.stringify(configOf(stateDir, further), null, 2));
    const log = join(folder, "prometheus.log");
    const logged = lengthOf(log);
    const command = [
      PROMETHEUS,
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=${ADDRESS}:${port}`,
    ];
    const entry = await start(stateDir, PROCESS, command, { log });
    const isReady = () =>
      request(new URL(`${urlAt(port)}/-/ready`)).then(
        ({ status }) => status === 200,
        () => false,
      );
    const ready = await until(async () => (await isReady()) || !isAlive(entry), { timeoutMs: START_MS });
    if (ready && isAlive(entry)) return urlAt(port);
    throw new Error(`Prometheus did not start. It said:\n${writtenSince(log, logged)}`);
  });
}

/** Ends it; does nothing when there is none. What it has scraped stays until the environment is taken down. */
export async function stopPrometheus(stateDir: string): Promise<void> {
  const entry = findProcess(stateDir, PROCESS);
  if (entry) await stop(stateDir, entry);
}

const urlAt = (port: number): string => `http://${ADDRESS}:${port}`;

const portFile = (stateDir: string): string => join(stateDir, "prometheus", "port");

/** JSON is YAML. */
const configOf = (stateDir: string, further: readonly object[]) => ({
  global: { scrape_interval: SCRAPE, scrape_timeout: SCRAPE },
  scrape_configs: [
    { job_name: "haproxy", ...foundIn(targetsFile(stateDir)) },
    { job_name: "pods", ...foundIn(podTargetsFile(stateDir)) },
    ...further,
  ],
});

const foundIn = (file: string) => ({ file_sd_configs: [{ files: [file], refresh_interval: "1s" }] });
