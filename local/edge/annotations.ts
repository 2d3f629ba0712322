const PREFIX = "ingress.appscode.com/";

type Annotations = Readonly<Record<string, string>> | undefined;

/** Timeouts that Voyager sets where `default-timeout` does not. */
const DEFAULT_TIMEOUTS = {
  connect: "5s",
  client: "50s",
  "client-fin": "50s",
  server: "50s",
  tunnel: "50s",
};

/** Options that Voyager sets unless `default-option` names at least one: it replaces the whole set. */
const DEFAULT_OPTIONS = { "http-server-close": true, dontlognull: true };

/** The value of an annotation of Voyager's, without its prefix; undefined when absent or empty. */
export function annotation(annotations: Annotations, name: string): string | undefined {
  return annotations?.[PREFIX + name] || undefined;
}

/** Reads a boolean as Go's strconv.ParseBool does; `otherwise` for what is absent or none. */
export function booleanAnnotation(annotations: Annotations, name: string, otherwise: boolean): boolean {
  return parseBoolean(annotation(annotations, name)) ?? otherwise;
}

/**
 * The weight of a pod's server: undefined when the pod has no annotation or a negative one, so that HAProxy's
 * default of 1 holds; 0 when the annotation is no whole number.
 */
export function backendWeight(annotations: Annotations): number | undefined {
  const text = annotations?.[`${PREFIX}backend-weight`];
  if (text === undefined) return undefined;
  const weight = wholeNumber(text);
  return weight < 0 ? undefined : weight;
}

/** The limit of connections to a pod, from its annotation; undefined when absent or 0. */
export function maxConnections(annotations: Annotations): number | undefined {
  const text = annotation(annotations, "max-connections");
  return (text && wholeNumber(text)) || undefined;
}

/** `timeout` lines of the defaults section, by name. */
export function timeouts(annotations: Annotations): [name: string, value: string][] {
  return sorted({ ...DEFAULT_TIMEOUTS, ...mapAnnotation(annotations, "default-timeout") });
}

/** `option` lines of the defaults section, by name; false stands for `no option`. */
export function options(annotations: Annotations): [name: string, on: boolean][] {
  const given = Object.entries(mapAnnotation(annotations, "default-option"))
    .map(([name, value]) => [name, parseBoolean(value)] as const)
    .filter((entry): entry is readonly [string, boolean] => entry[1] !== undefined);
  return sorted(given.length > 0 ? Object.fromEntries(given) : DEFAULT_OPTIONS);
}

/** A JSON map of strings; anything else counts as absent, as in Voyager. */
function mapAnnotation(annotations: Annotations, name: string): Record<string, string> {
  try {
    const value: unknown = JSON.parse(annotation(annotations, name) ?? "{}");
    return isStringMap(value) ? value : {};
  } catch {
    return {};
  }
}

function isStringMap(value: unknown): value is Record<string, string> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((entry) => typeof entry === "string")
  );
}

function parseBoolean(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  return /^(0|f|F|FALSE|false|False)$/.test(text) ? false : undefined;
}

/** Reads a whole number as Go's strconv.Atoi does when its error is ignored: 0 for what is none. */
function wholeNumber(text: string): number {
  return /^[+-]?\d+$/.test(text) ? Number(text) : 0;
}

function sorted<T>(map: Record<string, T>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}
