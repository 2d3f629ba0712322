import { Document, isScalar, Scalar, visit } from "yaml";
import { escaped, isPrintable } from "./printable.ts";

/** YAML of a value, exact, in which a terminal finds nothing to act on: such a text stands in double quotes, escaped. */
export function printableYaml(value: unknown): string {
  const document = new Document(value);
  visit(document, (_key, node) => {
    if (isScalar(node) && typeof node.value === "string" && !isPrintable(node.value))
      node.type = Scalar.QUOTE_DOUBLE;
  });
  return escaped(document.toString());
}
