import { type Container, containersOf, type PodSpec } from "./pods.ts";

/** What is wrong with a pod, a sentence for each; none when it keeps the rule. */
export type PodRule = (pod: PodSpec) => string[];

const eachContainer =
  (problem: (container: Container) => string | undefined): PodRule =>
  (pod) =>
    containersOf(pod).flatMap((container) => {
      const text = problem(container);
      return text === undefined ? [] : [`container ${container.name ?? "?"}: ${text}`];
    });

/** A tag that is moved from image to image makes a rollback bring back something else. */
export const fixedImages = eachContainer(({ image = "" }) => {
  if (image.includes("@sha256:")) return undefined;
  const tag = /:([^/]+)$/.exec(image)?.[1];
  if (tag === undefined) return `image ${image} has no tag, which means latest`;
  return tag === "latest" ? `image ${image} has a tag that moves` : undefined;
});

/** Without limits one version can starve the other on the same node. */
export const limitedResources = eachContainer(({ resources }) => {
  const missing = ["cpu", "memory"].filter((name) => resources?.limits?.[name] === undefined);
  return missing.length > 0 ? `no limit for ${missing.join(" and ")}` : undefined;
});

const unprivilegedContainers = eachContainer(({ securityContext }) => {
  if (securityContext?.privileged) return "is privileged";
  return securityContext?.allowPrivilegeEscalation === false ? undefined : "may gain privileges";
});

/** A pod that shares nothing with its node but the kernel. */
export const unprivileged: PodRule = (pod) => [
  ...unprivilegedContainers(pod),
  ...(["hostNetwork", "hostPID", "hostIPC"] as const)
    .filter((key) => pod[key])
    .map((key) => `the pod has ${key}`),
  ...(pod.volumes ?? [])
    .filter(({ hostPath }) => hostPath !== undefined)
    .map(({ name }) => `volume ${name} is a folder of the node`),
];

const SECRET_NAME = /pass(word|phrase)?$|secret|token|credential|api_?key|private_?key/i;

/** A secret that stands in the specification can be read by everybody who may read Deployments. */
export const noSecretsInEnvironment = eachContainer(({ env = [] }) => {
  const plain = env.filter(({ name, value }) => SECRET_NAME.test(name) && value).map(({ name }) => name);
  return plain.length > 0 ? `${plain.join(", ")} in clear: take it from a Secret` : undefined;
});

const SECRET_TEXT = /-----BEGIN [A-Z ]*PRIVATE KEY-----|"auths"\s*:/;

/** ConfigMaps are not encrypted and not guarded as Secrets are. */
export function secretsInConfigMap(data: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(data)
    .filter(([key, text]) => SECRET_NAME.test(key) || SECRET_TEXT.test(text))
    .map(([key]) => `${key} looks like a secret: keep it in a Secret`);
}

/** One pod is one node away from no pod. None at all is a track at rest. @param pods undefined where nothing is said of them */
export function enoughReplicas(pods: number | undefined, least: number): string[] {
  if (pods === undefined || pods === 0 || pods >= least) return [];
  return [`${pods} replica: ${least} survive the loss of a node`];
}
