import type * as k8s from "@pulumi/kubernetes";
import type { AppContainer } from "../../config/app/container-list.ts";
import { SERVED_PORT } from "../../model/kubernetes/pod.ts";
import { secretName } from "../../model/names.ts";
import type { PodArgs } from "./args.ts";
import { environment } from "./environment.ts";
import { type ContainerProbes, servedProbes, sidecarProbes } from "./probes.ts";
import { mountsOf } from "./volumes.ts";

type Container = k8s.types.input.core.v1.Container;

/** The container that is served: probed and drained. */
export function servedContainer(args: PodArgs, container: AppContainer): Container {
  const { app } = args;
  return {
    ...base(args, container),
    ports: [{ name: SERVED_PORT, containerPort: app.port, protocol: "TCP" }, ...portsOf(container)],
    ...servedProbes(app),
    // The pod serves on while the edge learns that it leaves, and until what it has begun is done.
    lifecycle: { preStop: { sleep: { seconds: app.drainSeconds } } },
    volumeMounts: mountsOf(container),
  };
}

/** A container that runs to its end before the application starts. */
export const initContainer = (args: PodArgs, container: AppContainer): Container =>
  extra(args, container, {});

/** A container that starts before the application and stops after it (Kubernetes' "Sidecar Containers"). */
export const sidecar = (args: PodArgs, container: AppContainer): Container => ({
  ...extra(args, container, sidecarProbes(args.app, container)),
  restartPolicy: "Always",
});

function extra(args: PodArgs, container: AppContainer, probes: ContainerProbes): Container {
  const [ports, volumeMounts] = [portsOf(container), mountsOf(container)];
  return {
    ...base(args, container),
    ...probes,
    ...(ports.length > 0 && { ports }),
    ...(volumeMounts.length > 0 && { volumeMounts }),
  };
}

function base({ plan, secrets }: PodArgs, container: AppContainer): Container {
  const { name, image, command, args, resources } = container;
  return {
    name,
    image: image ?? plan.image,
    imagePullPolicy: "IfNotPresent",
    ...(command && { command }),
    ...(args && { args }),
    ...environment(container, secrets && secretName(plan.name, secrets.values, secrets.hashKey)),
    resources,
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  };
}

const portsOf = ({ ports }: AppContainer) =>
  ports.map(({ name, port, protocol }) => ({ name, containerPort: port, protocol }));
