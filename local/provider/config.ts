/** The provider's own options: reading them, checking them, and what a change of them means. */
import { type Change, changes, diffResponse } from "./diff.ts";
import type { Mutability } from "./immutable.ts";
import type { Json, JsonObject } from "./json.ts";
import { providerPb } from "./protocol.ts";
import { containsUnknown, isUnknown } from "./values.ts";

/** Where the cluster is: the vendor's options of these names. */
export interface Target {
  /** A kubeconfig's text, or the path of one; the default one when undefined. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly cluster: string | undefined;
  /** For namespaced objects that name none. */
  readonly namespace: string | undefined;
}

export interface Options {
  readonly target: Target;
  /** Creating an object that exists takes it over instead of failing. */
  readonly upsert: boolean;
  readonly mutability: Mutability;
}

const TARGET_KEYS = new Set(["kubeconfig", "context", "cluster"]);
const KNOWN_KEYS = new Set([
  ...TARGET_KEYS,
  "namespace",
  "enableServerSideApply",
  "upsertExistingObjects",
  "enableConfigMapMutable",
  "enableSecretMutable",
  "version",
]);

/** Booleans arrive as text when they come from the stack's configuration. */
function isTrue(value: Json): boolean {
  return value === true || value === "true";
}

function text(value: Json): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Reads the options; a kubeconfig given as an object becomes JSON, which YAML includes. */
export function parseOptions(config: JsonObject): Options {
  return {
    target: {
      kubeconfig: text(config.kubeconfig),
      context: text(config.context),
      cluster: text(config.cluster),
      namespace: text(config.namespace),
    },
    upsert: isTrue(config.upsertExistingObjects),
    mutability: {
      configMaps: isTrue(config.enableConfigMapMutable),
      secrets: isTrue(config.enableSecretMutable),
    },
  };
}

/** What is wrong with the options: the property and the reason. Options of the vendor's that this plugin lacks are. */
export function optionFailures(config: JsonObject): { property: string; reason: string }[] {
  const unsupported = Object.keys(config)
    .filter((key) => !KNOWN_KEYS.has(key) && !key.startsWith("__"))
    .map((key) => ({ property: key, reason: `the stand-in provider has no option ${key}` }));
  const apply = config.enableServerSideApply;
  if (apply === undefined || isUnknown(apply) || isTrue(apply)) return unsupported;
  const reason = "the stand-in provider works by server-side apply only";
  return [...unsupported, { property: "enableServerSideApply", reason }];
}

/**
 * The diff of the options. Another server means that every object of this provider is replaced; a new token or
 * certificate for the same server is an update.
 * @param serverOf the address a target points at; undefined when its kubeconfig does not say
 */
export async function diffOptions(
  olds: JsonObject,
  news: JsonObject,
  serverOf: (target: Target) => Promise<string | undefined>,
): Promise<providerPb.DiffResponse> {
  const found = changes(olds, news).filter((change) => change.path[0] !== "version");
  const moves = (change: Change): boolean => TARGET_KEYS.has(String(change.path[0]));
  const moved = found.some(moves) && !containsUnknown(news) && (await isMove(olds, news, serverOf));
  return diffResponse(found, (change) => moved && moves(change), { deleteBeforeReplace: false });
}

async function isMove(
  olds: JsonObject,
  news: JsonObject,
  serverOf: (target: Target) => Promise<string | undefined>,
): Promise<boolean> {
  const [before, after] = await Promise.all(
    [olds, news].map((config) => serverOf(parseOptions(config).target)),
  );
  return before !== after;
}

/** The check's answer: the options as they are, and what is wrong with them. */
export function checkResponse(
  response: providerPb.CheckResponse,
  failures: readonly { property: string; reason: string }[],
): providerPb.CheckResponse {
  for (const { property, reason } of failures) {
    const failure = new providerPb.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    response.addFailures(failure);
  }
  return response;
}
