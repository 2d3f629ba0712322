import { isMap, isScalar, parseDocument } from "yaml";
import type { Json } from "../config/app/settings.ts";
import { UserError } from "../errors.ts";
import type { Release } from "../model/lifecycle.ts";
import { withEditedValue } from "./yaml-block.ts";

/**
 * The text of a Pulumi.yaml with another release in it: both versions are replaced where they stand, and entries of `versions`
 * that the release has no use for are taken out.
 * @param written entries to write, by their versions
 */
export function withRelease(
  text: string,
  project: string,
  release: Release,
  written: Readonly<Record<string, Json>> = {},
): string {
  return withEditedValue(withVersionNames(text, project, release), project, "versions", {
    behind: "release",
    edit: (document, path) => {
      const entries = document.getIn(path);
      if (!isMap(entries)) return;
      const needed: readonly unknown[] = Object.values(release);
      for (const name of entries.items.map(({ key }) => String(isScalar(key) ? key.value : key))) {
        if (!needed.includes(name)) document.deleteIn([...path, name]);
      }
      for (const [name, entry] of Object.entries(written)) {
        // Without changes a version needs no entry.
        if (Object.keys(entry).length === 0) document.deleteIn([...path, name]);
        else document.setIn([...path, name], document.createNode(entry));
      }
    },
  });
}

function withVersionNames(text: string, project: string, release: Release): string {
  const document = parseDocument(text);
  const key = ["release", `${project}:release`].find((name) => document.hasIn(["config", name]));
  const value = key && document.getIn(["config", key]);
  if (!isMap(value)) throw noRelease();
  const versions = value.has("value") ? value.get("value") : value;
  const edits = Object.entries(release).map(([track, version]): Edit => {
    const node = isMap(versions) ? versions.get(track, true) : undefined;
    if (!isScalar(node) || !node.range) throw noRelease();
    const [from, to] = node.range;
    return { from, to, text: quoted(version, node.type === "QUOTE_SINGLE" ? "'" : '"') };
  });
  // The last edit first: an edit shifts the offsets of what stands behind it.
  return edits
    .sort((a, b) => b.from - a.from)
    .reduce(
      (edited, { from, to, text: version }) => edited.slice(0, from) + version + edited.slice(to),
      text,
    );
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A version is written in quotes: YAML would read 2.10 as the number 2.1. */
const quoted = (version: string, quote: string): string => `${quote}${version}${quote}`;

const noRelease = (): UserError =>
  new UserError(
    "Pulumi.yaml has no config.release",
    'Add release: { value: { previous: "VERSION", canary: "VERSION" } }.',
  );
