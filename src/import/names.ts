import type { Manifest } from "./manifest.ts";

const LONGEST_NAME = 40;

/** Of the names that a Deployment may have, `app.name` takes shorter ones without dots. */
export function nameOf({ name: given }: Manifest, notes: string[]): string {
  const name = given
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, LONGEST_NAME)
    .replace(/-+$/, "");
  if (name === given || name === "") return given;
  notes.push(
    `the application is named ${name}: app.name takes lower-case letters, digits and dashes, ${LONGEST_NAME} at most, and it was ${given}`,
  );
  return name;
}

/** `registry.example.com/shop`, and `1.0.0` or `sha256:…`. */
export function imageParts(image: string): { repository: string; version: string | undefined } {
  const [named = "", digest] = image.split("@");
  const [, repository = named, tag] = /^(.*?)(?::([^:/]+))?$/.exec(named) ?? [];
  return { repository, version: digest ?? tag };
}
