import { createHash } from "node:crypto";
import type { PageState } from "./contract.ts";

/** Where the served page has its script and its style. */
export const ASSETS = { script: "/page.js", style: "/page.css" } as const;

/** What a page may load: what it brings itself, and nothing from anywhere else. */
const policyOf = (script: string, style: string, connect: string): string =>
  [
    "default-src 'none'",
    `script-src ${script}`,
    `style-src ${style}`,
    `connect-src ${connect}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");

/** Content-Security-Policy of the served page. */
export const SERVED_POLICY = `${policyOf("'self'", "'self'", "'self'")}; frame-ancestors 'none'`;

/** The served page: its state comes by events. */
export const servedHtml = (title: string): string =>
  html({
    title,
    head: `<link rel="stylesheet" href="${ASSETS.style}">`,
    end: `<script src="${ASSETS.script}"></script>`,
  });

/** A page that needs no server. */
export interface ExportedPage {
  /** What runs in the browser, and its style sheet. */
  readonly bundle: { readonly script: string; readonly style: string };
  readonly state: PageState;
  readonly made: Date;
}

/** One HTML file with everything in it. Its policy allows its own script and style, by their hashes, and no connection. */
export function exportedHtml({ bundle, state, made }: ExportedPage): string {
  const script = bundle.script.replace(/<\/(?=script)/gi, "<\\/");
  const style = bundle.style.replace(/<\/(?=style)/gi, "<\\/");
  const policy = policyOf(hashSource(script), hashSource(style), "'none'");
  const { app, namespace } = state.project;
  return html({
    title: `${app} in ${namespace}`,
    head: `<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}"><style>${style}</style>`,
    end: `<script type="application/json" id="state" data-made="${made.toISOString()}">${embedded(state)}</script><script>${script}</script>`,
  });
}

const html = ({
  title,
  head,
  end,
}: {
  readonly title: string;
  readonly head: string;
  readonly end: string;
}) =>
  `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${attribute(title)}</title><link rel="icon" href="data:,">${head}</head>
<body><div id="page"></div><noscript>This page needs JavaScript.</noscript>${end}</body></html>
`;

const hashSource = (content: string): string =>
  `'sha256-${createHash("sha256").update(content).digest("base64")}'`;

/** JSON that nothing in it can end: whoever writes a reason into the cluster writes no HTML into this page. */
const embedded = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const attribute = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
