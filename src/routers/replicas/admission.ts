import { exactly } from "../../components/admission/cel.ts";
import type { EdgeAdmission } from "../../components/admission/edge-admission.ts";
import { previewName } from "../service-names.ts";
import { INTERNAL } from "./internal.ts";
import { trackNames } from "./plan.ts";
import type { ReplicasFoundation } from "./schema.ts";

/** What the deployer may write of this edge: Services, which are all that it has. */
export function replicasAdmission({ app, edge }: ReplicasFoundation): EdgeAdmission {
  return {
    deployments: Object.values(trackNames(app.name)),
    services: {
      names: [app.name, previewName(app.name)],
      types: ["LoadBalancer", "ClusterIP"],
      annotations: Object.fromEntries(Object.entries(INTERNAL).map(([key, value]) => [key, exactly(value)])),
      ranges: edge.allowedRanges,
    },
    objects: [],
  };
}
