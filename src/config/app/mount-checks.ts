import { posix } from "node:path";
import type { AppContainer } from "./container-list.ts";
import { type Misfit, placeText } from "./misfit.ts";
import type { AppConfig } from "./shape.ts";

/** Something at a path of a container. */
interface Mounted {
  readonly path: string;
  /** Where it stands in the configuration, from `app` on. */
  readonly at: readonly (string | number)[];
  /** A single file: nothing can be below it. */
  readonly isFile: boolean;
  /** Nothing can be mounted below it that is not there already. */
  readonly isReadOnly: boolean;
}

/** What is mounted on something else, or from a volume that there is not. */
export function mountProblems(container: AppContainer, app: AppConfig): Misfit[] {
  const mounted = mountedIn(container, app).sort((a, b) => (a.path < b.path ? -1 : 1));
  return [
    ...mounted.flatMap((one, index) => {
      const other = mounted.slice(0, index).find((before) => holdsUp(before, one));
      return other ? [{ path: one.at, message: whyNot(other, one) }] : [];
    }),
    ...missingVolumes(container, app),
  ];
}

function mountedIn(container: AppContainer, app: AppConfig): Mounted[] {
  const place = (path: string) => posix.normalize(path).replace(/(?<=.)\/$/, "");
  const mountPath = (path: string): Mounted["at"] => [
    ...(container.mounts[path] === app.mounts[path] ? [] : container.at),
    "mounts",
    path,
  ];
  return [
    ...container.files.map(({ path, at }) => ({ path: place(path), at, isFile: true, isReadOnly: true })),
    ...container.writablePaths.map((path, index) => ({
      path: place(path),
      at: ["writablePaths", index],
      isFile: false,
      isReadOnly: false,
    })),
    ...Object.entries(container.mounts).map(([path, { readOnly }]) => ({
      path: place(path),
      at: mountPath(path),
      isFile: false,
      isReadOnly: readOnly,
    })),
  ];
}

const isBelow = (upper: string, path: string): boolean => path.startsWith(upper === "/" ? "/" : `${upper}/`);

const holdsUp = (before: Mounted, { path }: Mounted): boolean =>
  before.path === path || ((before.isFile || before.isReadOnly) && isBelow(before.path, path));

function whyNot(other: Mounted, { path }: Mounted): string {
  const where = placeText(other.at);
  if (other.path === path) return `is mounted on ${where}, which is ${path} too`;
  return `is below ${where}, which is ${other.path} and ${other.isFile ? "a file" : "read-only"}`;
}

function missingVolumes(
  { mounts, at }: AppContainer,
  { volumes, mounts: ofApplication }: AppConfig,
): Misfit[] {
  const known = Object.keys(volumes);
  return Object.entries(mounts)
    .filter(
      ([path, { volume }]) =>
        !known.includes(volume) && (at.length === 0 || mounts[path] !== ofApplication[path]),
    )
    .map(([path]) => ({
      path: [...at, "mounts", path],
      message:
        known.length > 0
          ? `must be of one of app.volumes: ${known.join(", ")}`
          : "is of no volume: app.volumes has none",
    }));
}
