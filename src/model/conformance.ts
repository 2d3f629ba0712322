import { type Deployment, imageOf, wantedReplicas } from "./deployment.ts";
import { TRACKS } from "./names.ts";
import type { StagePlan } from "./plan.ts";
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

/** Where the live Deployments are not what a stage's plan asks for: versions, replicas and annotations of pods. */
export function deviations(plan: StagePlan, live: PerTrack<Deployment | undefined>): Deviation[] {
  return TRACKS.flatMap((track) => {
    const planned = plan.tracks[track];
    const object = `Deployment ${planned.name}`;
    const deployment = live[track];
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
      ["replicas", planned.replicas, wantedReplicas(deployment)],
      ...Object.entries(wanted).map(([key, value]) => [key, value, annotations[key]] as const),
    ];
    return pairs
      .filter(([, asked, found]) => asked !== found)
      .map(([path, asked, found]) => ({ object, path, planned: asked, live: found }));
  });
}
