import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { secretNames } from "../../src/config/app/secret-values.ts";
import { version } from "../../src/config/app/texts.ts";
import { plainWords } from "../../src/config/errors.ts";
import { UserError } from "../../src/errors.ts";
import { type Project, readProject } from "../../src/project/project.ts";
import { type KubernetesObject, objectsIn } from "./objects.ts";

const walkSchema = z.strictObject({
  /** The version that is released after the release of Pulumi.yaml. */
  next: version,
  /** Values of the project's secrets, in clear: for a cluster on this machine alone. */
  secrets: z.record(z.string(), z.string().min(1)).default({}),
  /** File of Kubernetes objects that are applied to the namespace before the first stage. */
  objects: z.string().min(1).optional(),
});

/** An application of somebody's own, for the walk on this machine. */
export interface WalkApplication {
  readonly project: Project;
  readonly next: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** What its namespace has to have before the first stage. */
  readonly objects: readonly KubernetesObject[];
  /** Folder of the Go program that its image is made of. */
  readonly image: string;
}

/** Every version that the walk runs: the image has a tag for each. */
export const versionsOf = ({
  project: { config },
  next,
}: Pick<WalkApplication, "project" | "next">): string[] => [
  config.release.previous,
  config.release.canary,
  next,
];

/** The router that the local environment has an edge for. */
const ROUTER = "voyager";

/**
 * Reads a folder that `npm start -- --app FOLDER` is to walk with: Pulumi.yaml and the stage files as always, `walk.yaml`,
 * and `image/`, a Go program.
 * @throws UserError for what is missing in it, or does not fit
 */
export async function readApplication(folder: string): Promise<WalkApplication> {
  const project = await readProject(folder);
  const file = join(folder, "walk.yaml");
  const { next, secrets, objects } = await readWalk(file);
  const image = join(folder, "image");
  if (!existsSync(join(image, "go.mod"))) {
    throw new UserError(
      `${image}/go.mod is not there: the image of ${project.config.app.image} is made of it`,
      "Put the application's program there, a Go module whose folder is its main package, as examples/shop has it.",
    );
  }
  const { release, router, lifecycle, app } = project.config;
  const taken = Object.entries(release).find(([, one]) => one === next);
  if (taken) {
    throw new UserError(
      `next is ${next} in ${file}, which is release.${taken[0]} already`,
      "Name a version that is released after these.",
    );
  }
  if (router !== ROUTER) {
    throw new UserError(
      `router is ${router}, but the local environment has an edge for ${ROUTER}`,
      `Set router: ${ROUTER} in ${join(folder, "Pulumi.yaml")}.`,
    );
  }
  if (lifecycle.length < 2) {
    throw new UserError(
      `lifecycle has one stage, ${lifecycle.join()}: there is no way back to walk`,
      "Name two stages at least.",
    );
  }
  requireSecrets({ app, file, secrets });
  const text = objects === undefined ? "" : await readObjects(folder, file, objects);
  return { project, next, secrets, image, objects: objectsIn(text) };
}

async function readWalk(file: string): Promise<z.infer<typeof walkSchema>> {
  const text = await readFile(file, "utf8").catch(() => {
    throw new UserError(
      `${file} is missing`,
      'It says what the walk knows beyond the project: next: "1.2.0" (the release after the first), secrets: {NAME: value}, objects: FILE. examples/shop has one.',
    );
  });
  const parsed = walkSchema.safeParse(read(text, file), { error: plainWords });
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ code, path, message, ...issue }) =>
    code === "unrecognized_keys" && "keys" in issue
      ? `${issue.keys.join(", ")}: no key of it`
      : `${path.join(".")} ${message || "is missing"}`,
  );
  throw new UserError(`${file} is wrong: ${lines.join("; ")}`, "Its keys are next, secrets and objects.");
}

function read(text: string, file: string): unknown {
  try {
    return parse(text) ?? {};
  } catch (error) {
    throw new UserError(`${file} is no YAML: ${(error as Error).message}`, "Mend it.");
  }
}

/** Names that the application takes from the project's secrets and the walk has no value for. */
function requireSecrets({
  app,
  file,
  secrets,
}: Pick<WalkApplication, "secrets"> & { app: Project["config"]["app"]; file: string }): void {
  const missing = secretNames(app).filter((name) => !Object.hasOwn(secrets, name));
  if (missing.length === 0) return;
  throw new UserError(
    `${file} has no value for ${missing.map((name) => `secrets.${name}`).join(", ")}, which app.secrets names`,
    "Give it one that is good on this machine alone: it stands there in clear.",
  );
}

async function readObjects(folder: string, file: string, name: string): Promise<string> {
  const path = join(folder, name);
  if (relative(folder, path).startsWith("..")) {
    throw new UserError(`objects is ${name} in ${file}, which is outside of ${folder}`, "Copy it there.");
  }
  return readFile(path, "utf8").catch(() => {
    throw new UserError(`objects is ${name} in ${file}: ${path} is not there`, `Name a file of ${folder}.`);
  });
}
