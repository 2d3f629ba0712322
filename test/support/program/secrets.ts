/** How the engine's protocol marks a value: pulumi/sdk, specialSigKey and its signature for secrets. */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

type Marked = { readonly [SIGNATURE_KEY]: string; readonly value: unknown };

const isSecret = (value: object): value is Marked =>
  (value as Partial<Marked>)[SIGNATURE_KEY] === SECRET_SIGNATURE;

/** The same value without the marks of its secrets. */
export function revealed(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isSecret(value)) return revealed(value.value);
  if (Array.isArray(value)) return value.map(revealed);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}

/** Paths of the values in a resource's inputs that were sent as secrets, `a.b[0].c`. */
export function secretPaths(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (isSecret(value)) return [path];
  if (Array.isArray(value)) return value.flatMap((item, index) => secretPaths(item, `${path}[${index}]`));
  return Object.entries(value).flatMap(([key, inner]) => secretPaths(inner, path ? `${path}.${key}` : key));
}
