import { containerOf } from "./container.ts";
import { furtherContainers } from "./further-containers.ts";
import {
  type ConfigMap,
  type Imported,
  isObject,
  type Json,
  listAt,
  type Manifest,
  objectAt,
} from "./manifest.ts";
import { imageParts, nameOf } from "./names.ts";
import { noteOthers, noteSameImage, noteTls } from "./notes.ts";
import { identityOf, marksOf, podSecurityOf, spreadOf, stoppingOf } from "./pod-settings.ts";
import { compact, Remaining } from "./remaining.ts";
import { servedOf, targetPortOf } from "./served.ts";
import { volumesOf } from "./volumes.ts";

/** An existing Deployment as this program has it. */
export interface ImportedApplication {
  /** `app` of Pulumi.yaml. */
  readonly app: Json;
  /** The tag or digest that runs. */
  readonly version: string | undefined;
  /** What could not be taken over, or is not as it was: a sentence each. */
  readonly notes: readonly string[];
}

/** Keys of a PodSpec whose value is Kubernetes' own where nothing is said. */
const POD_DEFAULTS: Json = {
  restartPolicy: "Always",
  dnsPolicy: "ClusterFirst",
  schedulerName: "default-scheduler",
};

/**
 * Turns a Deployment into `app`. What has no key of its own goes into `app.pod`; what cannot be, or should be looked at,
 * is noted. Nothing is guessed without a note.
 * @param others what stands in the same file: its ConfigMaps become files and values
 * @throws UserError where no container is served
 */
export function importApplication(deployment: Manifest, others: readonly Manifest[]): ImportedApplication {
  const notes: string[] = [];
  const spec = objectAt(deployment.content, "spec");
  const template = objectAt(spec, "template");
  const pod = new Remaining(objectAt(template, "spec"));
  for (const [key, value] of Object.entries(POD_DEFAULTS)) pod.dropDefault(key, value);
  const imported = (where: string): Imported => ({ configMaps: configMapsOf(others), notes, where });

  const volumes = volumesOf(pod, imported("app"));
  const containers = listAt({ containers: pod.take("containers") }, "containers");
  const target = targetPortOf(others, template);
  const [given, served] = servedOf(containers, target, deployment, notes);
  const name = nameOf(deployment, notes);
  const main = containerOf(given, { imported: imported("app"), volumes, served, hasProbes: true });
  const { sidecars, initContainers } = furtherContainers(pod, {
    beside: containers.filter((one) => one !== given),
    volumes,
    imported,
  });

  const { repository, version } = imageParts(String(given.image));
  const { probes = {}, ports, ...keys } = main.keys as { probes?: Json; ports?: unknown };
  const stopping = stoppingOf(pod, main.piece, notes);
  const identity = identityOf(pod, notes);
  const security = podSecurityOf(pod, main.runAsUser, notes);
  if (given.name !== name) notes.push(`the container ${given.name} is named ${name}, as the application is`);
  noteTls(probes, served, notes);
  noteSameImage(given.image, { sidecars, initContainers }, notes);
  noteOthers(deployment, others, notes);
  const app = compact({
    name,
    image: repository,
    port: served.number,
    ports,
    probes: probesWith(probes, notes),
    ...startOf(probes, notes),
    ...keys,
    volumes: Object.fromEntries(
      [...volumes.values()].flatMap((one) => ("files" in one ? [] : [[one.name, one.source]])),
    ),
    initContainers: initContainers.map((one) => one.keys),
    sidecars: sidecars.map((one) => one.keys),
    drainSeconds: stopping.drainSeconds,
    minReadySeconds: spec.minReadySeconds === 0 ? undefined : spec.minReadySeconds,
    runAsUser: security.runAsUser,
    ...identity,
    nodeSelector: pod.take("nodeSelector"),
    tolerations: pod.take("tolerations"),
    affinity: pod.take("affinity"),
    priorityClass: pod.take("priorityClassName"),
    ...marksOf(template, notes),
  });
  pod.take("serviceAccount");
  pod.take("priority");
  const pieces = (all: readonly { name: unknown; piece: Json }[]) =>
    all.flatMap(({ name, piece }) => (Object.keys(compact(piece)).length > 0 ? [{ name, ...piece }] : []));
  const topologySpreadConstraints = spreadOf(pod, name, notes);
  const piece = compact({
    ...pod.rest,
    ...stopping.piece,
    topologySpreadConstraints,
    securityContext: security.piece,
    containers: pieces([{ name, piece: stopping.container }]),
    initContainers: pieces([...sidecars, ...initContainers]),
  });
  return { app: compact({ ...app, pod: piece }), version, notes };
}

function configMapsOf(others: readonly Manifest[]): ReadonlyMap<string, ConfigMap> {
  return new Map(
    others
      .filter(({ kind }) => kind === "ConfigMap")
      .map(({ name, content }) => {
        const data = Object.entries(objectAt(content, "data")).map(([key, value]) => [key, String(value)]);
        return [name, { data: Object.fromEntries(data), hasBytes: isObject(content.binaryData) }];
      }),
  );
}

function probesWith(probes: Json, notes: string[]): Json {
  if (!probes.readiness)
    notes.push(
      "there is no readiness probe: a pod counts as ready when its port is open; say what tells it (app.probes.readiness)",
    );
  return { readiness: { kind: "tcp" }, liveness: { kind: "none" }, ...probes };
}

/** The longest that `app.startSeconds` may be. */
const LONGEST_START = 3600;

/** What a startup probe gives a pod to start. */
function startOf({ startup }: Json, notes: string[]): { startSeconds?: number } {
  if (!isObject(startup)) return {};
  const { initialDelaySeconds = 0, periodSeconds, failureThreshold } = startup as Record<string, number>;
  const seconds = initialDelaySeconds + (periodSeconds ?? 0) * (failureThreshold ?? 0);
  if (seconds > LONGEST_START)
    notes.push(
      `app.startSeconds is ${LONGEST_START}, and not ${seconds} as the startup probe has it: a stage waits no longer`,
    );
  return { startSeconds: Math.min(seconds, LONGEST_START) };
}
