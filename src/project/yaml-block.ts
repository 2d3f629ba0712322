import { type Document, isMap, parseDocument } from "yaml";
import { YAML_AS_KUBERNETES } from "../config/yaml.ts";

/** A value of `config` in Pulumi.yaml as lines of the file, with the path that leads to it in them. */
interface Block {
  readonly from: number;
  /** The line behind it. */
  readonly to: number;
  readonly indent: number;
  readonly key: string;
}

/**
 * The text of a Pulumi.yaml with another value of `config`: comments and order stay, and no character outside of the value's own
 * lines is changed. A value that is not there yet comes behind the one named.
 * @param edit changes the value's own document, in which `path` leads to the value
 */
export function withEditedValue(
  text: string,
  project: string,
  key: string,
  { behind, edit }: { behind: string; edit: (document: Document, path: readonly string[]) => void },
): string {
  const lines = text.split("\n");
  const found = blockOf(text, lines, [key, `${project}:${key}`]);
  const anchor = blockOf(text, lines, [behind, `${project}:${behind}`]);
  if (!found && !anchor) return text;
  const block = found ?? { key, from: anchor?.to ?? 0, to: anchor?.to ?? 0, indent: anchor?.indent ?? 0 };
  const own = lines.slice(block.from, block.to).map((line) => line.slice(block.indent));
  const document = parseDocument(own.join("\n"), YAML_AS_KUBERNETES);
  if (!found) document.setIn([key, "value"], document.createNode({}));
  const isWrapped = isMap(document.getIn([block.key])) && document.hasIn([block.key, "value"]);
  const path = isWrapped ? [block.key, "value"] : [block.key];
  edit(document, path);
  const value = document.getIn(path);
  const isEmpty = isMap(value) && value.items.length === 0;
  const edited = isEmpty ? [] : document.toString(NEW_LINES).trimEnd().split("\n");
  const indented = edited.map((line) => (line === "" ? line : " ".repeat(block.indent) + line));
  const from = isEmpty ? beforeComment(lines, block) : block.from;
  if (!found && isEmpty) return text;
  return [...lines.slice(0, from), ...indented, ...lines.slice(block.to)].join("\n");
}

/** Texts that are written stand in quotes, so that no version is read as a number; what stands there stays. */
const NEW_LINES = { lineWidth: 0, defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" } as const;

function blockOf(text: string, lines: readonly string[], names: readonly string[]): Block | undefined {
  const config = parseDocument(text).get("config");
  if (!isMap(config)) return undefined;
  for (const { key } of config.items) {
    const { value, range } = key as { value?: unknown; range?: readonly number[] };
    const name = names.find((one) => one === value);
    if (name === undefined || !range) continue;
    const from = text.slice(0, range[0]).split("\n").length - 1;
    const indent = indentOf(lines[from] ?? "");
    let to = from + 1;
    for (let at = to; at < lines.length; at++) {
      const line = lines[at] ?? "";
      if (line.trim() === "") continue;
      if (indentOf(line) <= indent) break;
      to = at + 1;
    }
    return { key: name, from, to, indent };
  }
  return undefined;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** Where the comment begins that stands right above a block, and the empty line above that. */
function beforeComment(lines: readonly string[], { from }: Block): number {
  let at = from;
  while (at > 0 && lines[at - 1]?.trim().startsWith("#")) at--;
  return at > 0 && lines[at - 1]?.trim() === "" ? at - 1 : at;
}
