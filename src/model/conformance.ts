import { type Deployment, imageOf, wantedReplicas } from "./deployment.ts";
import { TRACKS } from "./names.ts";
import type { StagePlan } from "./plan.ts";
import type { PerTrack } from "./traffic.ts";

/** A live value that is not what the plan says. */
export interface Deviation {
  /** `Deployment httpd-new` */
  readonly object: string;
  readonly path: string;
  readonly planned: unknown;
  readonly live: unknown;
}

/** Where the live Deployments are not what a stage's plan asks for: versions, replicas and annotations of pods. */
export function deviations(
  plan: StagePlan,
  live: PerTrack<Deployment | undefined>,
  imageOfVersion: (version: string) => string,
): Deviation[] {
  return TRACKS.flatMap((track) => {
    const planned = plan.tracks[track];
    const object = `Deployment ${planned.name}`;
    const deployment = live[track];
    if (!deployment) return [{ object, path: "", planned: object, live: undefined }];
    const annotations = deployment.spec.template.metadata?.annotations ?? {};
    const pairs: [string, unknown, unknown][] = [
      ["image", imageOfVersion(planned.version), imageOf(deployment)],
      ["replicas", planned.replicas, wantedReplicas(deployment)],
      ...Object.entries(planned.annotations).map(([key, value]): [string, unknown, unknown] => [
        key,
        value,
        annotations[key],
      ]),
    ];
    return pairs
      .filter(([, wanted, found]) => wanted !== found)
      .map(([path, wanted, found]) => ({ object, path, planned: wanted, live: found }));
  });
}
