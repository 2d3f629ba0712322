import { PolicyPack, type ResourceValidationPolicy, type StackValidationPolicy } from "@pulumi/policy";
import { leastPods, podSpecOf } from "./pods.ts";
import {
  enoughReplicas,
  fixedImages,
  limitedResources,
  noSecretsInEnvironment,
  type PodRule,
  secretsInConfigMap,
  unprivileged,
} from "./rules.ts";
import { sharesAddUp } from "./shares.ts";

function podPolicy(name: string, description: string, rule: PodRule): ResourceValidationPolicy {
  return {
    name,
    description,
    enforcementLevel: "mandatory",
    validateResource: ({ type, props }, report) => {
      const pod = podSpecOf(type, props);
      for (const problem of pod ? rule(pod) : []) report(problem);
    },
  };
}

const configMaps: ResourceValidationPolicy = {
  name: "no-secret-in-config-map",
  description: "ConfigMaps hold no secrets.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    if (type !== "kubernetes:core/v1:ConfigMap") return;
    for (const problem of secretsInConfigMap(props.data)) report(problem);
  },
};

interface ReplicasConfig {
  readonly productionStages: readonly string[];
  readonly least: number;
}

const replicas: ResourceValidationPolicy = {
  name: "enough-replicas",
  description: "In production stages each version that runs has two pods at least.",
  enforcementLevel: "advisory",
  configSchema: {
    properties: {
      productionStages: { type: "array", items: { type: "string" }, default: ["canary-75", "canary-100"] },
      least: { type: "integer", minimum: 1, default: 2 },
    },
  },
  validateResource: ({ type, props, urn, getConfig }, report) => {
    const { productionStages, least } = getConfig<ReplicasConfig>();
    if (!productionStages.includes(stackOf(urn))) return;
    for (const problem of enoughReplicas(leastPods(type, props), least)) report(problem);
  },
};

/** `urn:pulumi:STACK::PROJECT::…` */
const stackOf = (urn: string): string => urn.split("::")[0]?.split(":").at(-1) ?? "";

const shares: StackValidationPolicy = {
  name: "shares-add-up",
  description: "Shares are 100 percent together, and the pods give them.",
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, report) => {
    for (const problem of sharesAddUp(resources)) report(problem);
  },
};

new PolicyPack("canary-stages", {
  policies: [
    podPolicy("fixed-images", "Images have a tag that stays, or a digest.", fixedImages),
    podPolicy("limited-resources", "Containers have limits for CPU and memory.", limitedResources),
    podPolicy("unprivileged", "Pods are apart from their node.", unprivileged),
    podPolicy("no-secret-in-environment", "Secrets come from Secrets.", noSecretsInEnvironment),
    configMaps,
    replicas,
    shares,
  ],
});
