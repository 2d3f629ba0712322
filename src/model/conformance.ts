import { TRACKS } from "./names.ts";
import type { StagePlan } from "./plan.ts";
import type { DeploymentLike } from "./rollout.ts";
import type { PerTrack } from "./traffic.ts";

/** A live Deployment, as far as a stage's plan speaks of it. */
export interface PlannedDeployment extends DeploymentLike {
  readonly spec: {
    readonly replicas?: number;
    readonly template: {
      readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
      readonly spec?: { readonly containers?: readonly { readonly image?: string }[] };
    };
  };
}

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
  live: PerTrack<PlannedDeployment | undefined>,
  imageOf: (version: string) => string,
): Deviation[] {
  return TRACKS.flatMap((track) => {
    const planned = plan.tracks[track];
    const object = `Deployment ${planned.name}`;
    const spec = live[track]?.spec;
    if (!spec) return [{ object, path: "", planned: object, live: undefined }];
    const annotations = spec.template.metadata?.annotations ?? {};
    const pairs: [string, unknown, unknown][] = [
      ["image", imageOf(planned.version), spec.template.spec?.containers?.[0]?.image],
      ["replicas", planned.replicas, spec.replicas ?? 1],
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
