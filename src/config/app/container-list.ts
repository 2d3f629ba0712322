import { basename } from "node:path";
import { HOOKS, type HookName } from "../../model/hooks.ts";
import type { InitContainer, Sidecar } from "./containers.ts";
import type { FileSource } from "./files.ts";
import type { Port } from "./ports.ts";
import type { Probes } from "./probes.ts";
import type { AppConfig } from "./shape.ts";

/** A file of the application, with its key in the ConfigMap of its version. */
export interface AppFile {
  /** Where it stands in the configuration, from `app` on. */
  readonly at: readonly (string | number)[];
  readonly key: string;
  /** Its path in the container. */
  readonly path: string;
  readonly source: FileSource;
}

type Process = Pick<
  InitContainer,
  "command" | "args" | "env" | "secrets" | "envFrom" | "mounts" | "resources"
>;

/** A container of the application's pods, with all that it takes over from the application. */
export interface AppContainer extends Process {
  readonly at: readonly (string | number)[];
  readonly role: "served" | "init" | "sidecar" | "hook";
  readonly name: string;
  /** Undefined for the version's own. */
  readonly image: string | undefined;
  readonly files: readonly AppFile[];
  readonly writablePaths: readonly string[];
  /** Those besides the one that is served. */
  readonly ports: readonly Port[];
  readonly probes: Probes;
}

/** The application's own container first, then the others as they stand in the configuration. */
export function containersOf(app: AppConfig): readonly AppContainer[] {
  const files = filesOf(app);
  const served: AppContainer = {
    ...app,
    at: [],
    role: "served",
    image: undefined,
    files: files.filter(({ at }) => at[0] === "files" || at[0] === "content"),
  };
  const extra = (
    role: "init" | "sidecar",
    one: InitContainer | Sidecar,
    at: AppContainer["at"],
  ): AppContainer => {
    const own = { ports: [], probes: {}, ...one, at, role, image: one.image, writablePaths: [] };
    const ownFiles = files.filter((file) => file.at[0] === at[0] && file.at[1] === at[1]);
    return one.image === undefined ? withApplication(own, served, ownFiles) : { ...own, files: ownFiles };
  };
  return [
    served,
    ...app.initContainers.map((one, index) => extra("init", one, ["initContainers", index])),
    ...app.sidecars.map((one, index) => extra("sidecar", one, ["sidecars", index])),
  ];
}

/** The containers of the hooks: the version's own image, with what it has of the application. */
export function hooksOf(
  app: AppConfig,
): readonly (AppContainer & { readonly role: "hook"; readonly name: HookName })[] {
  const [served] = containersOf(app);
  return HOOKS.flatMap((name) => {
    const one = app.hooks[name];
    if (!one || !served) return [];
    const place = { at: ["hooks", name], role: "hook", name, image: undefined } as const;
    const own = { ports: [], probes: {}, mounts: {}, writablePaths: [], ...one, ...place };
    const resources = one.resources ?? app.resources;
    return [{ ...withApplication({ ...own, resources }, served, []), role: "hook", name } as const];
  });
}

function withApplication(
  own: Omit<AppContainer, "files">,
  served: AppContainer,
  files: readonly AppFile[],
): AppContainer {
  const without = <T>(values: Readonly<Record<string, T>>, taken: object) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => !Object.hasOwn(taken, name)));
  return {
    ...own,
    env: { ...without(served.env, own.secrets), ...own.env },
    secrets: { ...without(served.secrets, own.env), ...own.secrets },
    envFrom: [...served.envFrom, ...own.envFrom],
    mounts: { ...served.mounts, ...own.mounts },
    files: [...served.files, ...files],
    writablePaths: served.writablePaths,
  };
}

/** Every file of every container, in the order of their paths; a file's key says its number and its name. */
export function filesOf({ content, files, initContainers, sidecars }: AppConfig): readonly AppFile[] {
  const owners: readonly [at: AppFile["at"], files: AppConfig["files"]][] = [
    [["files"], files],
    ...initContainers.map((one, index): [AppFile["at"], AppConfig["files"]] => [
      ["initContainers", index, "files"],
      one.files,
    ]),
    ...sidecars.map((one, index): [AppFile["at"], AppConfig["files"]] => [
      ["sidecars", index, "files"],
      one.files,
    ]),
  ];
  const named = owners.flatMap(([at, own]) =>
    sortedEntries(own).map(([path, source]) => ({ at: [...at, path], path, source })),
  );
  return [
    ...(content
      ? [{ at: ["content"], key: "index", path: content.path, source: { text: content.text } }]
      : []),
    ...named.map((file, index) => ({ ...file, key: keyOf(file.path, index) })),
  ];
}

const LONGEST_NAME = 200;

const keyOf = (path: string, index: number): string =>
  `${index}-${basename(path)
    .replaceAll(/[^-._a-zA-Z0-9]/g, "_")
    .slice(-LONGEST_NAME)}`;

/** Pulumi hands objects on in the order of their keys, a file has its own: both read alike in this one. */
export const sortedEntries = <T>(values: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
