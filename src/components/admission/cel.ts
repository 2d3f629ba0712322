/**
 * Pieces of CEL, the language of admission policies ("Common Expression Language in Kubernetes", Kubernetes
 * documentation). Expressions are texts; what comes out of a configuration gets into one through `cel` alone.
 */

/** A value as CEL writes it: texts, numbers, lists and maps are written as in JSON. */
export const cel = (value: unknown): string => JSON.stringify(value);

/** All of the expressions hold; without any, nothing is asked. */
export const all = (...expressions: readonly string[]): string =>
  expressions.length === 0 ? "true" : expressions.map((one) => `(${one})`).join(" && ");

/** A field that is not there, or keeps an expression: `ifSet("pod.hostNetwork", "!pod.hostNetwork")`. */
export const ifSet = (field: string, expression: string): string => `!has(${field}) || (${expression})`;

/** That a map has each of the entries: an expression for each. @param map CEL of a map of texts, such as labels */
export const entriesOf = (map: string, wanted: Readonly<Record<string, string>>): string[] =>
  Object.entries(wanted).map(
    ([key, value]) => `${cel(key)} in ${map} && ${map}[${cel(key)}] == ${cel(value)}`,
  );

/** A regular expression (RE2) that takes exactly this text. */
export const exactly = (text: string): string => `^${text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`;

/** A regular expression for the names of objects of versions: what owns them, and a hash (`contentName`, `secretName`). */
export const versionNames = (owners: readonly string[]): string =>
  `^(${owners.map((owner) => exactly(owner).slice(1, -1)).join("|")})-[0-9a-f]{10}$`;

/** What an object has to keep, and what is said about one that does not. */
export interface Rule {
  readonly expression: string;
  /** The end of the sentence "OBJECT …", plain text. */
  readonly says: string;
  /** CEL of a list of names that is put behind it: those that are wrong. */
  readonly names?: string;
  /** Whether no configuration allows it. */
  readonly isFixed?: true;
}

/**
 * A rule about each entry of a list that has a name, such as a container.
 * @param list CEL of the list @param entry what an entry is called in `keeps`
 */
export const eachOf = (list: string, entry: string, keeps: string, says: string): Rule => ({
  expression: `${list}.all(${entry}, ${keeps})`,
  says,
  names: `${list}.filter(${entry}, !(${keeps})).map(${entry}, ${entry}.name)`,
});

/**
 * What `unlessItStays` has a name for: that a part of an object is as it was. What is there already is not refused again:
 * after a change of the foundation it may be what the rules no longer allow, and the provider also writes objects whose
 * specification it leaves alone (who manages which field), on the way to one that they do allow.
 * @param part CEL of it, behind the object: `spec`
 */
export const staysVariable = (part: string) => ({
  name: "stays",
  expression: `oldObject != null && oldObject.${part} == object.${part}`,
});

export const unlessItStays = (rule: Rule): Rule => ({
  ...rule,
  expression: `variables.stays || (${rule.expression})`,
});

/** Annotations that an object may have: by key, a regular expression that takes the whole value. */
export type Annotations = Readonly<Record<string, string>>;

/** Those that every object of a stage may have: how the provider applies it (`applicationMetadata`). */
const PROVIDERS: Annotations = {
  "pulumi.com/patchFieldManager": "^[a-z-]+$",
  "pulumi.com/patchForce": "^true$",
  "pulumi.com/skipAwait": "^true$",
};

/** What `ANNOTATIONS_RULE` has a name for. */
export const annotationsVariable = (annotations: Annotations) => ({
  name: "annotations",
  expression: cel({ ...PROVIDERS, ...annotations }),
});

/** No other annotations than those, besides what somebody else has put there: controllers read them as settings. */
export const ANNOTATIONS_RULE: Rule = annotationsRule();

function annotationsRule(): Rule {
  const [own, known] = ["object.metadata.annotations", "variables.annotations"];
  const before = "oldObject.metadata.annotations";
  const stays = (key: string) =>
    `oldObject != null && has(${before}) && ${key} in ${before} && ${before}[${key}] == ${own}[${key}]`;
  const keeps = `(k in ${known} && ${own}[k].matches(${known}[k])) || (${stays("k")})`;
  return {
    expression: `!has(${own}) || ${own}.all(k, ${keeps})`,
    says: "has annotations that this program does not write:",
    names: `${own}.filter(k, !(${keeps}))`,
    isFixed: true,
  };
}
