import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { podSpec } from "../../../../src/components/pod/pod.ts";
import { requirePod } from "../../../../src/components/pod/require.ts";
import { LEAST, SHOP } from "../../../support/application.ts";
import { podArgs, SECRETS } from "../../../support/pods.ts";

const UNPRIVILEGED = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};
const SPREAD = {
  maxSkew: 1,
  topologyKey: "kubernetes.io/hostname",
  whenUnsatisfiable: "ScheduleAnyway",
  labelSelector: { matchLabels: { app: "shop", track: "canary" } },
};
const SECURITY = {
  runAsNonRoot: true,
  runAsUser: 65532,
  runAsGroup: 65532,
  fsGroup: 65532,
  seccompProfile: { type: "RuntimeDefault" },
};

describe("the pod of an application", () => {
  it("that says the least has no key that it does not need", async () => {
    const args = await podArgs();
    requirePod(args);
    assert.deepEqual(podSpec(args), {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 25,
      securityContext: SECURITY,
      topologySpreadConstraints: [SPREAD],
      containers: [
        {
          name: "shop",
          image: "registry.test/shop:1.1.0",
          imagePullPolicy: "IfNotPresent",
          ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
          resources: LEAST.resources,
          readinessProbe: {
            httpGet: { path: "/healthz", port: "http" },
            periodSeconds: 1,
            timeoutSeconds: 2,
            failureThreshold: 2,
          },
          livenessProbe: {
            tcpSocket: { port: "http" },
            initialDelaySeconds: 60,
            periodSeconds: 10,
            timeoutSeconds: 5,
            failureThreshold: 3,
          },
          lifecycle: { preStop: { sleep: { seconds: 15 } } },
          securityContext: UNPRIVILEGED,
          volumeMounts: [],
        },
      ],
      volumes: [],
    });
  });

  it("that runs as its images' own users names none, and is no root", async () => {
    const args = await podArgs({ runAsUser: "image" });
    requirePod(args);
    const { runAsNonRoot, seccompProfile } = SECURITY;
    assert.deepEqual(podSpec(args).securityContext, { runAsNonRoot, seccompProfile });
  });

  it("that says everything has all of it", async () => {
    const args = await podArgs(SHOP, { secrets: SECRETS });
    requirePod(args);
    const pod = podSpec(args) as never as { volumes: { configMap?: { name: string } }[] };
    const content = pod.volumes[0]?.configMap?.name;
    assert.match(content ?? "", /^shop-new-[0-9a-f]{10}$/);
    // printf '[["dbPassword","geheim"]]' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
    const secret = "shop-new-8362d45c8a";
    const environment = (logLevel: string) => [
      { name: "API_KEY", valueFrom: { secretKeyRef: { name: "shop-api", key: "token" } } },
      { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: secret, key: "dbPassword" } } },
      { name: "DATABASE_URL", value: "postgres://shop:$(DB_PASSWORD)@localhost/shop" },
      { name: "LOG_LEVEL", value: logLevel },
    ];
    const envFrom = [
      { configMapRef: { name: "shared" } },
      { prefix: "KEY_", secretRef: { name: "keys", optional: true } },
    ];
    const file = (mountPath: string, subPath: string) => ({
      name: "content",
      mountPath,
      subPath,
      readOnly: true,
    });
    const volumeMounts = [
      file("/etc/shop/run.sh", "0-run.sh"),
      file("/etc/shop/shop.conf", "1-shop.conf"),
      { name: "writable-0", mountPath: "/tmp" },
      { name: "data", mountPath: "/data" },
      { name: "data", mountPath: "/models", readOnly: true, subPath: "models" },
    ];
    const common = {
      imagePullPolicy: "IfNotPresent",
      resources: LEAST.resources,
      securityContext: UNPRIVILEGED,
    };
    assert.deepEqual(pod, {
      automountServiceAccountToken: true,
      serviceAccountName: "shop",
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 25,
      securityContext: SECURITY,
      topologySpreadConstraints: [SPREAD],
      nodeSelector: { disktype: "ssd" },
      tolerations: [{ key: "dedicated", operator: "Equal", value: "shop", effect: "NoSchedule" }],
      affinity: {
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } },
      },
      priorityClassName: "important",
      dnsPolicy: "None",
      dnsConfig: { nameservers: ["10.0.0.10"] },
      initContainers: [
        {
          ...common,
          name: "proxy",
          image: "registry.test/proxy:1.27.3",
          args: ["--listen=5432"],
          restartPolicy: "Always",
          ports: [{ name: "admin", containerPort: 9901, protocol: "TCP" }],
          readinessProbe: {
            httpGet: { path: "/ready", port: "admin" },
            periodSeconds: 1,
            timeoutSeconds: 2,
            failureThreshold: 2,
          },
          volumeMounts: [file("/etc/proxy.conf", "2-proxy.conf")],
        },
        {
          ...common,
          name: "migrate",
          image: "registry.test/shop:1.1.0",
          command: ["/usr/bin/shop", "migrate"],
          env: environment("debug"),
          envFrom,
          volumeMounts,
        },
      ],
      containers: [
        {
          ...common,
          name: "shop",
          image: "registry.test/shop:1.1.0",
          command: ["/usr/bin/shop"],
          args: ["serve"],
          tty: true,
          env: environment("info"),
          envFrom,
          ports: [
            { name: "http", containerPort: 8080, protocol: "TCP" },
            { name: "metrics", containerPort: 9090, protocol: "TCP" },
          ],
          readinessProbe: {
            httpGet: { path: "/ready", port: "metrics" },
            periodSeconds: 2,
            timeoutSeconds: 2,
            failureThreshold: 2,
            successThreshold: 2,
          },
          livenessProbe: {
            grpc: { port: 9090, service: "shop" },
            periodSeconds: 10,
            timeoutSeconds: 5,
            failureThreshold: 3,
          },
          startupProbe: {
            exec: { command: ["/usr/bin/shop", "started"] },
            periodSeconds: 5,
            timeoutSeconds: 2,
            failureThreshold: 12,
          },
          lifecycle: { preStop: { sleep: { seconds: 15 } } },
          volumeMounts,
        },
      ],
      volumes: [
        {
          name: "content",
          configMap: {
            name: content,
            items: [
              { key: "0-run.sh", path: "0-run.sh", mode: 0o755 },
              { key: "1-shop.conf", path: "1-shop.conf" },
              { key: "2-proxy.conf", path: "2-proxy.conf" },
            ],
          },
        },
        { name: "writable-0", emptyDir: {} },
        { name: "data", persistentVolumeClaim: { claimName: "shop" } },
      ],
    });
  });

  const served = async (more: Record<string, unknown>) =>
    (podSpec(await podArgs(more)).containers as never as Record<string, unknown>[])[0] ?? {};

  it("has no liveness probe where it wants none", async () => {
    assert.equal("livenessProbe" in (await served({ probes: { liveness: { kind: "none" } } })), false);
  });

  it("asks the served port where a probe says no other", async () => {
    const probes = {
      readiness: {
        kind: "http",
        path: "/",
        scheme: "HTTPS",
        headers: { Host: "shop.test" },
        failureThreshold: 5,
      },
      liveness: { kind: "grpc", initialDelaySeconds: 5 },
    };
    const { readinessProbe, livenessProbe } = await served({ probePath: undefined, probes });
    assert.deepEqual(readinessProbe, {
      httpGet: {
        path: "/",
        port: "http",
        scheme: "HTTPS",
        httpHeaders: [{ name: "Host", value: "shop.test" }],
      },
      periodSeconds: 1,
      timeoutSeconds: 2,
      failureThreshold: 5,
    });
    assert.deepEqual(livenessProbe, {
      grpc: { port: 8080 },
      initialDelaySeconds: 5,
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 3,
    });
  });

  it("may take a port below 1024 in any of its containers", async () => {
    const sysctls = async (more: Record<string, unknown>) =>
      (podSpec(await podArgs(more)).securityContext as { sysctls?: unknown }).sysctls;
    assert.equal(await sysctls({}), undefined);
    assert.deepEqual(await sysctls({ ports: [{ name: "dns", port: 53, protocol: "UDP" }] }), [
      { name: "net.ipv4.ip_unprivileged_port_start", value: "0" },
    ]);
  });
});

describe("a container with the version's own image", () => {
  it("has the application's environment, files and mounts, and its own go before them", async () => {
    const init = {
      name: "init",
      resources: LEAST.resources,
      env: { TOKEN: "none" },
      secrets: { LEVEL: { secret: "s", key: "level" } },
      files: { "/own": "x" },
    };
    const args = await podArgs({
      env: { LEVEL: "info", A: "1" },
      secrets: { TOKEN: { secret: "s", key: "token" } },
      files: { "/app": "y" },
      initContainers: [init],
    });
    const [container] = podSpec(args).initContainers as never as Record<string, unknown>[];
    assert.deepEqual(container?.env, [
      { name: "LEVEL", valueFrom: { secretKeyRef: { name: "s", key: "level" } } },
      { name: "A", value: "1" },
      { name: "TOKEN", value: "none" },
    ]);
    assert.deepEqual(
      (container?.volumeMounts as { mountPath: string }[] | undefined)?.map(({ mountPath }) => mountPath),
      ["/app", "/own"],
    );
  });

  it("has nothing of it with an image of its own", async () => {
    const args = await podArgs({
      env: { A: "1" },
      files: { "/app": "y" },
      writablePaths: ["/tmp"],
      initContainers: [{ name: "init", image: "init:1", resources: LEAST.resources }],
    });
    const [container] = podSpec(args).initContainers as never as Record<string, unknown>[];
    assert.deepEqual(Object.keys(container ?? {}).sort(), [
      "image",
      "imagePullPolicy",
      "name",
      "resources",
      "securityContext",
    ]);
  });
});
