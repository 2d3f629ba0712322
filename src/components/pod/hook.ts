import { createHash } from "node:crypto";
import type * as k8s from "@pulumi/kubernetes";
import { type AppContainer, hooksOf } from "../../config/app/container-list.ts";
import { hookWords } from "../../config/app/hooks.ts";
import { type HookName, hookLabels } from "../../model/hooks.ts";
import { strategicMerge } from "../../model/kubernetes/merge.ts";
import { imageReference, secretName } from "../../model/names.ts";
import type { PodArgs } from "./args.ts";
import { initContainer } from "./container.ts";
import { contentOf, immutableContent } from "./content.ts";
import { podSpec } from "./pod.ts";

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;
type Json = Readonly<Record<string, unknown>>;

/** What a hook of a release is made from. */
export interface HookArgs extends Pick<PodArgs, "app" | "files" | "secrets"> {
  /** The canary's. */
  readonly version: string;
  /** Tag or digest of its image. */
  readonly tag: string;
}

/** A hook of a release as objects of Kubernetes, without their namespace. */
export interface HookRun {
  readonly hook: HookName;
  /** What it runs, as it is shown. */
  readonly words: string;
  /** Named by everything that it is: the same hook of the same version has the same name. */
  readonly job: Json & {
    readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  };
  /** Its files and secrets: its own, since those of the canary's pods are made with them, later. */
  readonly beside: readonly (Json & {
    readonly kind: "ConfigMap" | "Secret";
    readonly metadata: Json & { readonly name: string };
  })[];
  readonly timeoutSeconds: number;
  /** Values that no message may show. */
  readonly secret: readonly string[];
}

/** A pod that does not start within its time is ended by the Job, which takes its logs away: the pod's own end comes first. */
const JOB_AFTER_POD_SECONDS = 30;

/** What runs a hook; undefined where the application has none. */
export function hookRun(
  hook: HookName,
  { app, files, secrets, version, tag }: HookArgs,
): HookRun | undefined {
  const [config, container] = [app.hooks[hook], hooksOf(app).find(({ name }) => name === hook)];
  if (!config || !container) return undefined;
  const owner = `${app.name}-${hook}`;
  const labels = hookLabels(app.name, hook);
  const plan = {
    name: owner,
    version,
    image: imageReference(app.image, tag),
    replicas: 1,
    identity: labels,
    labels,
    annotations: {},
    effectiveShare: 0,
  };
  const args: PodArgs = { app, files, secrets, plan };
  const pod = hookPodSpec(args, hookContainer(args, container), config);
  const spec = {
    backoffLimit: 0,
    activeDeadlineSeconds: config.timeoutSeconds + JOB_AFTER_POD_SECONDS,
    template: { metadata: { labels }, spec: pod },
  };
  const hash = createHash("sha256").update(JSON.stringify(spec)).digest("hex").slice(0, 10);
  return {
    hook,
    words: hookWords(config),
    job: {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: `${owner}-${hash}`, labels: marked(labels) },
      spec,
    },
    beside: besideOf(args, marked(labels)),
    timeoutSeconds: config.timeoutSeconds,
    secret: Object.values(secrets?.values ?? {}),
  };
}

/** Of what `app.pod` says of the application's own container: what a process of the same image needs as well. */
const SHARED_KEYS = ["env", "volumeMounts", "securityContext", "workingDir"] as const;

function hookContainer(args: PodArgs, container: AppContainer): Container {
  const { app } = args;
  const { containers = [] } = (app.pod ?? {}) as { containers?: readonly Json[] };
  const piece = containers.find(({ name }) => name === app.name) ?? {};
  const shared = Object.fromEntries(SHARED_KEYS.flatMap((key) => (key in piece ? [[key, piece[key]]] : [])));
  const own = app.hooks[container.name as HookName];
  const isOwn = ({ name }: { readonly name: string }) =>
    Object.hasOwn(own?.env ?? {}, name) || Object.hasOwn(own?.secrets ?? {}, name);
  const { env, ...rest } = shared as { env?: readonly { readonly name: string }[] | null };
  const others = env?.filter((variable) => !isOwn(variable));
  return strategicMerge("Container", initContainer(args, container), {
    ...rest,
    ...(others && { env: others }),
  });
}

const marked = (labels: Readonly<Record<string, string>>) => ({
  "app.kubernetes.io/managed-by": "pulumi",
  ...labels,
});

/** As the pods of the track, but it ends, takes no traffic, and has the sidecars alone that it asks for. */
function hookPodSpec(
  args: PodArgs,
  container: Container,
  { sidecars, timeoutSeconds }: { readonly sidecars: readonly string[]; readonly timeoutSeconds: number },
): PodSpec {
  const {
    topologySpreadConstraints: _spread,
    terminationGracePeriodSeconds: _drain,
    initContainers = [],
    ...shared
  } = podSpec(args);
  const needed = (initContainers as Container[]).filter(({ name }) => sidecars.includes(String(name)));
  return {
    ...shared,
    restartPolicy: "Never",
    activeDeadlineSeconds: timeoutSeconds,
    ...(needed.length > 0 && { initContainers: needed }),
    containers: [container],
  };
}

function besideOf(args: PodArgs, labels: Readonly<Record<string, string>>): HookRun["beside"] {
  const { plan, secrets } = args;
  const content = contentOf(args);
  const data = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
    );
  return [
    ...(content
      ? [
          {
            apiVersion: "v1",
            kind: "ConfigMap" as const,
            metadata: { name: content.name, labels },
            ...immutableContent(content),
          },
        ]
      : []),
    ...(secrets
      ? [
          {
            apiVersion: "v1",
            kind: "Secret" as const,
            metadata: { name: secretName(plan.name, secrets.values, secrets.hashKey), labels },
            immutable: true,
            type: "Opaque",
            data: data(secrets.values),
          },
        ]
      : []),
  ];
}
