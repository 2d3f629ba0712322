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
  readonly metadata?: { readonly labels?: Labels };
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: { readonly metadata?: { readonly annotations?: Labels } };
  };
}

const WEIGHT = "ingress.appscode.com/backend-weight";
const TOLERANCE_POINTS = 1;

/**
 * Whether the stage does what its release record says: shares of 100 percent together, and pods whose number and
 * weight give them. Worked out here anew, from the objects alone.
 */
export function sharesAddUp(resources: readonly StageResource[]): string[] {
  const record = resources.map(recordOf).find((data) => data !== undefined);
  if (!record) return [];
  const [previous, canary] = [Number(record.trafficPrevious), Number(record.trafficCanary)];
  if (previous + canary !== 100) {
    return [`the shares are ${previous} % and ${canary} %: together ${previous + canary} %, and not 100 %`];
  }
  const share = canaryShare(resources);
  if (Number.isNaN(share)) return ["no pod takes traffic"];
  if (Math.abs(share - canary) <= TOLERANCE_POINTS) return [];
  return [`pods and weights give the canary ${Number(share.toFixed(1))} %, and the stage says ${canary} %`];
}

function recordOf({ type, props }: StageResource): Labels | undefined {
  const data = type === "kubernetes:core/v1:ConfigMap" ? props.data : undefined;
  return data && typeof data === "object" && "trafficCanary" in data ? (data as Labels) : undefined;
}

/** Only pods that the application's own Service selects draw traffic; the preview entrance has another one. */
function canaryShare(resources: readonly StageResource[]): number {
  const selector = servingSelector(resources);
  const draw = { previous: 0, canary: 0 };
  for (const { type, props } of resources) {
    const { metadata, spec } = props as Deployment;
    const labels = metadata?.labels ?? {};
    const track = labels.track;
    if (type !== "kubernetes:apps/v1:Deployment" || (track !== "previous" && track !== "canary")) continue;
    if (!Object.entries(selector).every(([key, value]) => labels[key] === value)) continue;
    draw[track] += (spec?.replicas ?? 1) * weightOf(spec?.template?.metadata?.annotations ?? {});
  }
  return (100 * draw.canary) / (draw.previous + draw.canary);
}

function servingSelector(resources: readonly StageResource[]): Labels {
  const services = resources.filter(({ type }) => type === "kubernetes:core/v1:Service");
  const serving = services.find(({ props }) => (props as Service).metadata?.name?.endsWith("-service"));
  return (serving?.props as Service | undefined)?.spec?.selector ?? {};
}

/** HAProxy's weight of a pod: 1 without the annotation, and 0 for what is no whole number, as Voyager does it. */
function weightOf(annotations: Labels): number {
  const weight = annotations[WEIGHT] ?? "1";
  return /^\d+$/.test(weight) ? Number(weight) : 0;
}
