/**
 * The walkthrough's objects as plain documents: strategy Recreate, ConfigMaps with fixed names, no probes, no drain,
 * and each share put as it is into every pod's weight. Facts: the published walkthrough of a canary on GKE with
 * Voyager that this project began with.
 */
import type { Release } from "../src/model/lifecycle.ts";
import type { TrackName } from "../src/model/names.ts";
import type { Replicas, Shares } from "../src/model/traffic.ts";
import { WEIGHT_ANNOTATION } from "../src/routers/voyager/weights.ts";

/** A Kubernetes object that can be applied. */
export interface KubernetesDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** A stage with the values that its environment has in the walkthrough. */
export interface WalkthroughStage {
  readonly release: Release;
  readonly traffic: Shares;
  readonly replicas: Replicas;
}

export const DEPLOYMENTS = { previous: "httpd-previous", canary: "httpd-new" } as const;
export const INGRESS = "httpd-ingress";
const SERVICE = "httpd-service";
const LABELS = { app: "httpd" };
const LOGS = "/usr/local/apache2/logs";

/** What one step of the walkthrough deploys: the page and the Deployment of a track. */
export function trackDocuments(track: TrackName, stage: WalkthroughStage): KubernetesDocument[] {
  const content = `${DEPLOYMENTS[track]}-httpdcanary`;
  const version = stage.release[track];
  const index = `<!doctype html>\n<title>httpd ${version}</title>\n<h1>httpd ${version}</h1>\n`;
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: content }, data: { index } },
    deploymentDocument(track, stage, content),
  ];
}

function deploymentDocument(
  track: TrackName,
  { release, traffic, replicas }: WalkthroughStage,
  content: string,
): KubernetesDocument {
  const name = DEPLOYMENTS[track];
  const labels = { ...LABELS, track };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels },
    spec: {
      replicas: replicas[track],
      selector: { matchLabels: labels },
      strategy: { type: "Recreate" },
      template: {
        metadata: { labels, annotations: { [WEIGHT_ANNOTATION]: String(traffic[track]) } },
        spec: {
          containers: [
            {
              name: "httpd",
              image: `httpd:${release[track]}`,
              imagePullPolicy: "IfNotPresent",
              ports: [{ containerPort: 80 }],
              volumeMounts: [
                { name: "content", mountPath: "/usr/local/apache2/htdocs/index.html", subPath: "index" },
                { name: "logs", mountPath: LOGS },
              ],
            },
          ],
          volumes: [
            { name: "content", configMap: { name: content } },
            // The image made for this environment has no folder for logs; the published one has.
            { name: "logs", emptyDir: {} },
          ],
        },
      },
    },
  };
}

/** The Service over both tracks and the Voyager Ingress, with nothing set that Voyager does not set by itself. */
export function edgeDocuments(): KubernetesDocument[] {
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: SERVICE },
      spec: { type: "ClusterIP", selector: LABELS, ports: [{ port: 80, targetPort: 80, protocol: "TCP" }] },
    },
    {
      apiVersion: "voyager.appscode.com/v1",
      kind: "Ingress",
      metadata: { name: INGRESS },
      spec: { defaultBackend: { service: { name: SERVICE, port: { number: 80 } } } },
    },
  ];
}
