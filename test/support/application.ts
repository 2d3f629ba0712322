import type { AppConfig } from "../../src/config/app.ts";
import { UserError } from "../../src/errors.ts";
import { stageConfig } from "../../src/routers/config.ts";
import { committedStage } from "./program/stages.ts";

type Json = Record<string, unknown>;

const RESOURCES = { requests: { cpu: "50m", memory: "50Mi" }, limits: { cpu: "100m", memory: "100Mi" } };

/** The least that an application has to say. */
export const LEAST = {
  name: "shop",
  image: "registry.test/shop",
  port: 8080,
  probePath: "/healthz",
  resources: RESOURCES,
};

/** An application that says all that there is to say, in a usual shape: a web service with a database and a proxy to it. */
export const SHOP: Json = {
  ...LEAST,
  probePath: undefined,
  command: ["/usr/bin/shop"],
  args: ["serve"],
  env: { LOG_LEVEL: "info", DATABASE_URL: "postgres://shop:$(DB_PASSWORD)@localhost/shop" },
  secrets: { DB_PASSWORD: { config: "dbPassword" }, API_KEY: { secret: "shop-api", key: "token" } },
  envFrom: [{ configMap: "shared" }, { secret: "keys", prefix: "KEY_", optional: true }],
  files: {
    "/etc/shop/shop.conf": "version = {version}\n",
    "/etc/shop/run.sh": { text: "#!/bin/sh\n", mode: "0755" },
  },
  ports: [{ name: "metrics", port: 9090 }],
  probes: {
    readiness: { kind: "http", path: "/ready", port: "metrics", periodSeconds: 2, successThreshold: 2 },
    liveness: { kind: "grpc", port: "metrics", service: "shop" },
    startup: { kind: "exec", command: ["/usr/bin/shop", "started"], periodSeconds: 5 },
  },
  serviceAccount: { name: "shop", mountToken: true },
  writablePaths: ["/tmp"],
  volumes: { data: { persistentVolumeClaim: { claimName: "shop" } } },
  mounts: { "/data": "data", "/models": { volume: "data", readOnly: true, subPath: "models" } },
  initContainers: [
    {
      name: "migrate",
      command: ["/usr/bin/shop", "migrate"],
      env: { LOG_LEVEL: "debug" },
      resources: RESOURCES,
    },
  ],
  sidecars: [
    {
      name: "proxy",
      image: "registry.test/proxy:1.27.3",
      args: ["--listen=5432"],
      resources: RESOURCES,
      ports: [{ name: "admin", port: 9901 }],
      probes: { readiness: { kind: "http", path: "/ready", port: "admin" } },
      files: { "/etc/proxy.conf": "listen 5432" },
    },
  ],
  nodeSelector: { disktype: "ssd" },
  tolerations: [{ key: "dedicated", operator: "Equal", value: "shop", effect: "NoSchedule" }],
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
  priorityClass: "important",
  labels: { team: "shop" },
  annotations: { "prometheus.io/scrape": "true" },
  pod: {
    dnsPolicy: "None",
    dnsConfig: { nameservers: ["10.0.0.10"] },
    containers: [{ name: "shop", tty: true }],
  },
};

/** `app` as the schema reads it: the least, and what is said beyond it. */
export const application = (more: Json = {}): AppConfig =>
  stageConfig({ ...committedStage("canary-75"), app: { ...LEAST, ...more } }).app;

/** What the configuration is refused with. */
export function refusedApplication(more: Json): string {
  try {
    application(more);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error("the application was accepted");
}
