import { readFileSync } from "node:fs";
import { join } from "node:path";
import { applyCrds } from "../../local/edge/crds.ts";
import { choosePort } from "../../local/edge/ports.ts";
import type { LedgerEntry } from "../../local/process/ledger.ts";
import { isAlive, kill, start, stop } from "../../local/process/processes.ts";
import { until } from "../../local/process/until.ts";
import { request } from "../../src/http/request.ts";
import { ensurePeer, PEERS, type PeerName } from "./programs.ts";
import type { World } from "./world.ts";

/** A peer's controller, beside the cluster instead of in it: with an administrator's access. */
export interface Controller {
  process(): LedgerEntry;
  /** Ends it by SIGKILL, as a node that fails does. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const START_MS = 60_000;
const LOOPBACK = "127.0.0.1";

/** The words of each controller, what is not said being as it is by itself, and where it says that it is well. */
const COMMANDS: Readonly<
  Record<PeerName, (place: { world: World; port: number; metrics: number }) => readonly string[]>
> = {
  argo: ({ world, port, metrics }) => [
    ...["--kubeconfig", world.environment.cluster.kubeconfig ?? ""],
    ...["--healthzPort", String(port), "--metricsPort", String(metrics)],
    // There is one of it, and no namespace of its own in which it could hold a lease.
    "--leader-elect=false",
  ],
  flagger: ({ world, port }) => [
    ...["-kubeconfig", world.environment.cluster.kubeconfig ?? "", "-port", String(port)],
    ...["-mesh-provider", "gatewayapi:v1", "-metrics-server", world.prometheus, "-log-level", "info"],
  ],
};

/** Applies a peer's definitions and starts its controller. @throws Error when it is not well within a minute */
export async function startController(name: PeerName, world: World): Promise<Controller> {
  const { stateDir, progress, signal } = world;
  const { program, crds } = await ensurePeer(name, progress, signal);
  await applyCrds(world.machinery, JSON.parse(readFileSync(crds, "utf8")));
  const log = join(stateDir, `${name}.log`);
  let entry: LedgerEntry | undefined;
  const running = (): LedgerEntry => {
    if (!entry) throw new Error(`${name} was not started`);
    return entry;
  };
  const begin = async (): Promise<void> => {
    const [port, metrics] = [await choosePort(LOOPBACK, undefined), await choosePort(LOOPBACK, undefined)];
    const words = COMMANDS[name]({ world, port, metrics });
    const begun = await start(stateDir, PEERS[name].name, [program, ...words], { log });
    entry = begun;
    const isWell = () =>
      request(new URL(`http://${LOOPBACK}:${port}/healthz`)).then(
        ({ status }) => status === 200,
        () => false,
      );
    await until(async () => (await isWell()) || !isAlive(begun), { timeoutMs: START_MS, everyMs: 100 });
    if (!isAlive(begun) || !(await isWell()))
      throw new Error(`${PEERS[name].title} did not start; see ${log}`);
  };
  await progress.step(PEERS[name].title, begin);
  return {
    process: running,
    start: begin,
    kill: () => kill(running()),
    stop: () => stop(stateDir, running()),
  };
}
