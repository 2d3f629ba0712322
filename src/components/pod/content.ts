import { filesOfVersion, type LoadedFile } from "../../config/app/file-contents.ts";
import { contentName } from "../../model/names.ts";
import type { PodArgs } from "./args.ts";

/** What the ConfigMap of a version holds. */
export interface Content {
  /** By its hash, so that an object of this name never changes. */
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
  /** Base64. */
  readonly binaryData: Readonly<Record<string, string>>;
}

/**
 * A ConfigMap's data, which never changes. The API server takes an empty map for a change of none, which an immutable
 * object may not have.
 */
export const immutableContent = ({ data, binaryData }: Content) => ({
  immutable: true,
  ...(Object.keys(data).length > 0 && { data }),
  ...(Object.keys(binaryData).length > 0 && { binaryData }),
});

/** What it is made from. */
interface ContentArgs extends Pick<PodArgs, "files"> {
  readonly plan: Pick<PodArgs["plan"], "name" | "version">;
}

/** The files of a track's version; undefined where the application has none. */
export function contentOf({ files, plan }: ContentArgs): Content | undefined {
  if (files.length === 0) return undefined;
  const rendered = filesOfVersion(files, plan.version);
  const data: Record<string, string> = {};
  const binaryData: Record<string, string> = {};
  for (const { key, content } of rendered) {
    if (typeof content === "string") data[key] = content;
    else binaryData[key] = content.toString("base64");
  }
  return { name: contentName(plan.name, hashedText(rendered)), data, binaryData };
}

/** `app.content` alone is hashed as it is: its ConfigMap has had that name since before there were other files. */
function hashedText(files: readonly LoadedFile[]): string {
  const [first] = files;
  if (files.length === 1 && first?.at[0] === "content") return String(first.content);
  return JSON.stringify(files.map(({ key, content }) => [key, Buffer.from(content).toString("base64")]));
}
