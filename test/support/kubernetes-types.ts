import { readFileSync } from "node:fs";

/** The parts of Kubernetes' OpenAPI document that a table of types is made from. */
interface Property {
  readonly $ref?: string;
  readonly type?: string;
  readonly items?: Property;
  readonly additionalProperties?: Property;
  readonly "x-kubernetes-patch-merge-key"?: string;
}

interface Definition {
  readonly type?: string;
  readonly format?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Property>>;
}

export type TypeTable = Record<string, Record<string, string>>;

/** What the table calls the definitions that have no properties of their own. */
const SCALARS: Readonly<Record<string, string>> = {
  Quantity: "Quantity",
  IntOrString: "IntOrString",
  Time: "string",
  FieldsV1: "object",
};

/**
 * A row for each type that a PodSpec consists of, in the form that src/model/kubernetes/types.ts reads: `Container[]! by
 * name` is a required list of Containers that strategic merge joins by their names.
 * @param file `api/openapi-spec/swagger.json` of a release of Kubernetes
 */
export function podTypesOf(file: string): TypeTable {
  const { definitions } = JSON.parse(readFileSync(file, "utf8")) as {
    definitions: Record<string, Definition>;
  };
  const table: TypeTable = {};
  const visit = (reference: string): string => {
    const name = reference.split(".").at(-1) ?? "";
    const { properties, required = [] } = definitions[reference.replace("#/definitions/", "")] ?? {};
    if (!properties) return SCALARS[name] ?? "object";
    if (table[name]) return name;
    const row: Record<string, string> = {};
    table[name] = row;
    for (const [key, property] of Object.entries(properties)) {
      const mergeKey = property["x-kubernetes-patch-merge-key"];
      const by = mergeKey === undefined ? "" : ` by ${mergeKey}`;
      row[key] = `${typeOf(property, visit)}${required.includes(key) ? "!" : ""}${by}`;
    }
    return name;
  };
  visit("#/definitions/io.k8s.api.core.v1.PodSpec");
  return Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function typeOf(property: Property, visit: (reference: string) => string): string {
  if (property.$ref) return visit(property.$ref);
  if (property.items) return `${typeOf(property.items, visit)}[]`;
  if (property.additionalProperties) return `${typeOf(property.additionalProperties, visit)}{}`;
  return property.type ?? "object";
}
