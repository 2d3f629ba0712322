import { type Autoscaler, autoscalingText } from "./autoscaling.ts";
import { type Deployment, imageOf, wantedReplicas } from "./deployment.ts";
import { TRACKS } from "./names.ts";
import type { StagePlan, TrackPlan } from "./plan.ts";
import type { PerTrack } from "./traffic.ts";
import { VERSION_MARK, versionOfPod } from "./version.ts";

/** A live value that is not what the plan says. */
export interface Deviation {
  /** `Deployment httpd-new` */
  readonly object: string;
  readonly path: string;
  readonly planned: unknown;
  readonly live: unknown;
}

/** A track's objects as they are live. */
export interface LiveObjects {
  readonly found: Deployment | undefined;
  readonly autoscaler?: Autoscaler | undefined;
}

/**
 * Where live objects are not what a stage's plan asks for: versions, replicas and annotations of pods, and how these are
 * scaled.
 */
export function deviations(plan: StagePlan, live: PerTrack<LiveObjects>): Deviation[] {
  return TRACKS.flatMap((track) => [
    ...ofDeployment(plan.tracks[track], live[track].found),
    ...ofAutoscaler(plan.tracks[track], live[track].autoscaler),
  ]);
}

function ofDeployment(planned: TrackPlan, deployment: Deployment | undefined): Deviation[] {
  const object = `Deployment ${planned.name}`;
  if (!deployment) return [{ object, path: "", planned: object, live: undefined }];
  const annotations = deployment.spec.template.metadata?.annotations ?? {};
  const { [VERSION_MARK]: _, ...wanted } = planned.annotations;
  const image = imageOf(deployment);
  const pairs: (readonly [string, unknown, unknown])[] = [
    ["image", planned.image, image],
    // The same image may be another version, with other settings.
    ...(image === planned.image
      ? [["version", planned.version, versionOfPod({ annotations }, image)] as const]
      : []),
    ...countOf(planned, wantedReplicas(deployment)),
    ...Object.entries(wanted).map(([key, value]) => [key, value, annotations[key]] as const),
  ];
  return pairs
    .filter(([, asked, found]) => asked !== found)
    .map(([path, asked, found]) => ({ object, path, planned: asked, live: found }));
}

/** An autoscaler may make any number of pods; at none it does nothing any more (Kubernetes documentation, "implicit maintenance-mode"). */
function countOf(
  { replicas, autoscaling }: TrackPlan,
  live: number,
): (readonly [string, unknown, unknown])[] {
  if (!autoscaling) return [["replicas", replicas, live]];
  return live === 0 ? [["replicas", autoscalingText(autoscaling), live]] : [];
}

function ofAutoscaler({ name, autoscaling }: TrackPlan, live: Autoscaler | undefined): Deviation[] {
  if (!autoscaling) return [];
  const object = `HorizontalPodAutoscaler ${name}`;
  if (!live) return [{ object, path: "", planned: object, live: undefined }];
  const { minReplicas = 1, maxReplicas, metrics } = live.spec;
  const pairs = [
    ["minReplicas", autoscaling.min, minReplicas],
    ["maxReplicas", autoscaling.max, maxReplicas],
    ["cpu", autoscaling.cpu, metrics?.[0]?.resource?.target?.averageUtilization],
  ] as const;
  return pairs
    .filter(([, asked, found]) => asked !== found)
    .map(([path, asked, found]) => ({ object, path, planned: asked, live: found }));
}
