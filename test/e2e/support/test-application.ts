/** The application of the local environment that misbehaves on request, small and quick to start: an `app` of Pulumi.yaml. */
export const TEST_APPLICATION = {
  name: "app",
  image: "docker.io/canary-stages/app",
  port: 5000,
  probePath: "/healthz",
  resources: { requests: { cpu: "20m", memory: "16Mi" }, limits: { cpu: "500m", memory: "64Mi" } },
} as const;
