/** What Pulumi.yaml's `runtime.options` say about how to run Node. */
import type { languagePb } from "./protocol.ts";

export interface RuntimeOptions {
  readonly nodeArgs: readonly string[];
  /** Whether the SDK is to load ts-node itself; the vendor's default is yes. */
  readonly typescript: boolean;
  readonly packageManager: string;
}

/** Reads the options of the vendor's names: nodeargs, typescript, packagemanager. */
export function runtimeOptions(info: languagePb.ProgramInfo | undefined): RuntimeOptions {
  const options = info?.getOptions()?.toJavaScript() ?? {};
  const { nodeargs, typescript, packagemanager } = options;
  return {
    nodeArgs: typeof nodeargs === "string" ? splitWords(nodeargs) : [],
    typescript: typescript !== false && typescript !== "false",
    packageManager: typeof packagemanager === "string" ? packagemanager : "npm",
  };
}

/** Splits at white space as a shell does, with quotes and backslashes honoured. */
export function splitWords(text: string): string[] {
  const words = text.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gs) ?? [];
  return words.map((word) => word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs, unquoted));
}

function unquoted(_: string, double?: string, single?: string, escaped?: string): string {
  return double?.replace(/\\(["\\$`])/g, "$1") ?? single ?? escaped ?? "";
}
