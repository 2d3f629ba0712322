import type { z } from "zod";
import { HOOKS } from "../../model/hooks.ts";
import { type AppContainer, containersOf, hooksOf } from "./container-list.ts";
import { type Misfit, placeText } from "./misfit.ts";
import { mountProblems } from "./mount-checks.ts";
import { portProblems, probeProblems } from "./port-checks.ts";
import type { AppConfig } from "./shape.ts";

/** How the keys of an application fit together: an issue for each that does not. */
export function requireApp(app: AppConfig, context: z.RefinementCtx): void {
  const containers = containersOf(app);
  const misfits = [
    ...readinessProblems(app),
    ...nameProblems(containers),
    ...variableProblems(app),
    ...containers.flatMap((container) => mountProblems(container, app)),
    ...volumeProblems(app),
    ...hookProblems(app),
    ...portProblems(app.port, containers),
    ...containers.flatMap((container) => probeProblems(container, app.port, containers)),
  ];
  // What a container takes over from the application is wrong once, not once more for each that takes it over.
  const distinct = new Map(misfits.map((misfit) => [JSON.stringify(misfit), misfit]));
  for (const { path, message } of distinct.values())
    context.addIssue({ code: "custom", path: [...path], message });
}

function readinessProblems({ probePath, probes }: AppConfig): Misfit[] {
  if (probePath === undefined && probes.readiness === undefined)
    return [
      { path: ["probePath"], message: "name what tells when a pod is ready, or set app.probes.readiness" },
    ];
  if (probePath === undefined || probes.readiness === undefined) return [];
  return [
    { path: ["probePath"], message: "says nothing where app.probes.readiness is set: leave one of them out" },
  ];
}

function nameProblems(containers: readonly AppContainer[]): Misfit[] {
  return containers.flatMap(({ name, at }, index) => {
    const before = containers.slice(0, index).find((one) => one.name === name);
    if (!before) return [];
    return [{ path: [...at, "name"], message: `is the name of ${placeText(before.at)} already` }];
  });
}

/** As each says it by itself: what a container takes over gives way to its own. */
function variableProblems(app: AppConfig): Misfit[] {
  const own: readonly (readonly [at: Misfit["path"], container: Pick<AppContainer, "env" | "secrets">])[] = [
    [[], app],
    ...app.initContainers.map((one, index) => [["initContainers", index], one] as const),
    ...app.sidecars.map((one, index) => [["sidecars", index], one] as const),
    ...hooksOf(app).map(({ name }) => [["hooks", name], app.hooks[name] ?? app] as const),
  ];
  return own.flatMap(([at, { env, secrets }]) =>
    Object.keys(env)
      .filter((name) => Object.hasOwn(secrets, name))
      .map((name) => ({ path: [...at, "env", name], message: `is among ${placeText(at)}.secrets too` })),
  );
}

/** A hook starts with sidecars that there are. */
function hookProblems({ hooks, sidecars }: AppConfig): Misfit[] {
  const known = sidecars.map(({ name }) => name);
  return HOOKS.flatMap((hook) =>
    (hooks[hook]?.sidecars ?? []).flatMap((name, index) =>
      known.includes(name)
        ? []
        : [
            {
              path: ["hooks", hook, "sidecars", index],
              message:
                known.length > 0
                  ? `must be one of app.sidecars: ${known.join(", ")}`
                  : "is no sidecar: app.sidecars has none",
            },
          ],
    ),
  );
}

/** Names that the program's own volumes have. */
const OWN_VOLUME = /^(content|writable-\d+)$/;

function volumeProblems({ volumes }: AppConfig): Misfit[] {
  return Object.keys(volumes)
    .filter((name) => OWN_VOLUME.test(name))
    .map((name) => ({ path: ["volumes", name], message: "has a name that the program's own volumes have" }));
}
