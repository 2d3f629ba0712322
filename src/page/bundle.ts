import { join } from "node:path";
import { build } from "esbuild";

/** The page as a browser takes it: a classic script and a style sheet, each whole and minified. */
export interface PageBundle {
  readonly script: string;
  readonly style: string;
}

const ENTRIES = ["main.tsx", "styles/page.css"].map((name) => join(import.meta.dirname, "client", name));

/**
 * Bundles what runs in the browser, in a quarter of a second. The script mounts into the element `#page`.
 * @throws Error with esbuild's own words where it cannot be built
 */
export async function bundlePage(): Promise<PageBundle> {
  const { outputFiles } = await build({
    entryPoints: ENTRIES,
    outdir: "page",
    write: false,
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome123", "firefox121", "safari17.5"],
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    charset: "utf8",
    logLevel: "silent",
  });
  const textOf = (ending: string): string => {
    const file = outputFiles.find(({ path }) => path.endsWith(ending));
    if (!file) throw new Error(`the page's bundle has no ${ending}`);
    return file.text;
  };
  return { script: textOf(".js"), style: textOf(".css") };
}
