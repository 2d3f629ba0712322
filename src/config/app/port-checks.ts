import { SERVED_PORT } from "../../model/kubernetes/pod.ts";
import type { AppContainer } from "./container-list.ts";
import { type Misfit, placeText } from "./misfit.ts";

interface PlacedPort {
  readonly at: readonly (string | number)[];
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
}

/** The ports of a container, the served one first. */
function portsOf({ role, ports, at }: AppContainer, served: number): PlacedPort[] {
  return [
    ...(role === "served" ? [{ at: ["port"], name: SERVED_PORT, port: served, protocol: "TCP" }] : []),
    ...ports.map((port, index) => ({ ...port, at: [...at, "ports", index] })),
  ];
}

/** Containers of a pod share its address, so a port can be one container's alone; a name is each container's own. */
export function portProblems(served: number, containers: readonly AppContainer[]): Misfit[] {
  const all = containers.flatMap((container) =>
    portsOf(container, served).map((port) => ({ ...port, container: container.name })),
  );
  return all.flatMap(({ at, name, port, protocol, container }, index) => {
    const before = all.slice(0, index);
    const sameNumber = before.find((one) => one.port === port && one.protocol === protocol);
    const sameName = before.find((one) => one.name === name && one.container === container);
    return [
      ...(sameNumber
        ? [
            {
              path: [...at, "port"],
              message: `is ${placeText(sameNumber.at)} already: a pod has each port once`,
            },
          ]
        : []),
      ...(sameName
        ? [{ path: [...at, "name"], message: `is the name of ${placeText(sameName.at)} already` }]
        : []),
    ];
  });
}

/** A probe asks a port by number, of any container of the pod, or one of its own container by name. */
export function probeProblems(
  container: AppContainer,
  served: number,
  all: readonly AppContainer[],
): Misfit[] {
  const own = portsOf(container, served);
  const numbers = all.flatMap((one) => portsOf(one, served)).map(({ port }) => port);
  return Object.entries(container.probes).flatMap(([probe, value]) => {
    if (value === undefined || value.kind === "none" || value.kind === "exec") return [];
    const path = [...container.at, "probes", probe, "port"];
    const known = own.map(({ name, port }) => `${port} (${name})`).join(", ");
    if (value.port === undefined) {
      return container.role === "served" ? [] : [{ path, message: "name one of its ports" }];
    }
    const isThere =
      typeof value.port === "number"
        ? numbers.includes(value.port)
        : own.some(({ name }) => name === value.port);
    if (isThere) return [];
    const message =
      known === ""
        ? "is no port: the container has none, so add it to its ports"
        : `is no port of the container, which has ${known}: add it to its ports, or ask one of these`;
    return [{ path, message }];
  });
}
