import { writeFileSync } from "node:fs";
import { type ReflectorOptions, startReflector, type WatchState } from "../../src/cluster/reflector.ts";
import { connectApi, readable } from "./api.ts";
import { Controller } from "./controller.ts";
import type { EndpointSlice, Ingress, KubernetesObject, Objects, Pod, Secret, Service } from "./objects.ts";
import { readRecord, readyFile } from "./record.ts";

/** The process of the local edge: `main.ts STATE_DIR KUBECONFIG CONTEXT`. It runs until SIGTERM or SIGINT. */
async function main([stateDir = "", kubeconfig = "", context = ""]: string[]): Promise<void> {
  const record = readRecord(stateDir);
  if (!record) throw new Error(`${stateDir} has no record of an edge`);
  const api = connectApi(kubeconfig, context);
  const stop = new AbortController();
  const changes = coalesced(() => controller.reconcile());
  const watch = <T extends KubernetesObject>(path: string, more: Partial<ReflectorOptions<T>> = {}) =>
    startReflector<T>(readable(api), {
      path,
      onChange: changes.announce,
      onState: logState,
      signal: stop.signal,
      ...more,
    });

  const ingresses = watch<Ingress>("/apis/voyager.appscode.com/v1/ingresses");
  const services = watch<Service>("/api/v1/services");
  const endpointSlices = watch<EndpointSlice>("/apis/discovery.k8s.io/v1/endpointslices");
  const pods = watch<Pod>("/api/v1/pods", { keep: ({ metadata }) => ({ metadata }) });
  const secrets = watch<Secret>("/api/v1/secrets", { query: { fieldSelector: "type=kubernetes.io/tls" } });
  const objects: Objects = {
    services: services.objects,
    endpointSlices: endpointSlices.objects,
    pods: pods.objects,
    secrets: secrets.objects,
  };
  const controller = new Controller({ api, stateDir, record, log, ingresses: ingresses.objects, objects });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      stop.abort();
      void controller.release().then(() => process.exit(0));
    });
  }
  await Promise.all([ingresses, services, endpointSlices, pods, secrets].map(({ synced }) => synced));
  controller.reconcile();
  changes.start();
  await controller.settled();
  // The reason is in the log, which `startEdge` reads out to the user.
  if (controller.servesNobody()) process.exit(1);
  writeFileSync(readyFile(stateDir), "");
}

/** Runs `work` once for all events that come in at one time; never before `start`. */
function coalesced(work: () => void): { announce: () => void; start: () => void } {
  let started = false;
  let due = false;
  const announce = () => {
    if (due || !started) return;
    due = true;
    setImmediate(() => {
      due = false;
      work();
    });
  };
  const start = () => {
    started = true;
  };
  return { announce, start };
}

const logState = (state: WatchState): void =>
  log(
    state.follows
      ? `watching ${state.path} again`
      : `lost the watch of ${state.path}: ${state.error.message}`,
  );

function log(text: string): void {
  process.stdout.write(`${new Date().toISOString()} ${text}\n`);
}

await main(process.argv.slice(2));
