/** A resource of a stage, with the properties it was registered with. */
export interface StageResource {
  readonly type: string;
  readonly props: Readonly<Record<string, unknown>>;
}

type Labels = Readonly<Record<string, string>>;

interface Service {
  readonly metadata?: { readonly name?: string };
  readonly spec?: { readonly selector?: Labels };
}

interface Deployment {
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: {
      readonly metadata?: { readonly labels?: Labels; readonly annotations?: Labels };
      readonly spec?: { readonly containers?: readonly { readonly image?: string }[] };
    };
  };
}

interface Versions {
  readonly previous: string;
  readonly canary: string;
}

const WEIGHT = "ingress.appscode.com/backend-weight";
const TOLERANCE_POINTS = 1;

/**
 * Whether the stage does what its release record says: shares of 100 percent together, and pods whose number and
 * weight give them. Worked out here anew, from the objects alone. A stage with a Service for each track divides traffic
 * by something else than pods (a route, say): there, the sum is all that can be judged.
 */
export function sharesAddUp(resources: readonly StageResource[]): string[] {
  const found = resources.map(recordOf).find((one) => one !== undefined);
  if (!found) return [];
  const { name, data: record } = found;
  const [previous, canary] = [Number(record.trafficPrevious), Number(record.trafficCanary)];
  if (previous + canary !== 100) {
    return [`the shares are ${previous} % and ${canary} %: together ${previous + canary} %, and not 100 %`];
  }
  const services = servingServices(resources, name);
  if (services.length > 1) return [];
  const selector = services[0]?.spec?.selector ?? {};
  const share = canaryShare(resources, selector, {
    previous: record.previous ?? "",
    canary: record.canary ?? "",
  });
  if (Number.isNaN(share)) return ["no pod takes traffic"];
  if (Math.abs(share - canary) <= TOLERANCE_POINTS) return [];
  return [`pods and weights give the canary ${Number(share.toFixed(1))} %, and the stage says ${canary} %`];
}

interface ConfigMap {
  readonly metadata?: { readonly name?: string };
  readonly data?: Labels;
}

/** The release record: the one ConfigMap with shares in it, named after the application, `httpd-release`. */
function recordOf({ type, props }: StageResource): { name: string; data: Labels } | undefined {
  if (type !== "kubernetes:core/v1:ConfigMap") return undefined;
  const { metadata, data } = props as ConfigMap;
  return data && "trafficCanary" in data ? { name: metadata?.name ?? "", data } : undefined;
}

/**
 * Only pods that the application's own Service selects draw traffic; the preview entrance has another one. Whose
 * share it is, is said by the version that they run: a router may give a Deployment the other track's.
 */
function canaryShare(resources: readonly StageResource[], serving: Labels, versions: Versions): number {
  const selector = Object.entries(serving);
  const draw = { previous: 0, canary: 0 };
  for (const { type, props } of resources) {
    if (type !== "kubernetes:apps/v1:Deployment") continue;
    const { replicas = 1, template } = (props as Deployment).spec ?? {};
    const labels = template?.metadata?.labels ?? {};
    const track = trackOf(template?.spec?.containers?.[0]?.image ?? "", versions);
    if (!track || !selector.every(([key, value]) => labels[key] === value)) continue;
    draw[track] += replicas * weightOf(template?.metadata?.annotations ?? {});
  }
  return (100 * draw.canary) / (draw.previous + draw.canary);
}

function trackOf(image: string, versions: Versions): keyof Versions | undefined {
  return (["previous", "canary"] as const).find(
    (track) => image.endsWith(`:${versions[track]}`) || image.endsWith(`@${versions[track]}`),
  );
}

/** Services that lead clients to the application: all but the preview entrance, which shows the canary alone. */
function servingServices(resources: readonly StageResource[], record: string): Service[] {
  const preview = record.replace(/-release$/, "-preview");
  return resources
    .filter(({ type }) => type === "kubernetes:core/v1:Service")
    .map(({ props }): Service => props)
    .filter(({ metadata }) => metadata?.name !== preview);
}

/** HAProxy's weight of a pod: 1 without the annotation, and 0 for what is no whole number, as Voyager does it. */
function weightOf(annotations: Labels): number {
  const weight = annotations[WEIGHT] ?? "1";
  return /^\d+$/.test(weight) ? Number(weight) : 0;
}
