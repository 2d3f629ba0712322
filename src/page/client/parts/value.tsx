/** A value of an object; what is not there, or is not shown, says so. */
export function Value({ of: value }: { readonly of: unknown }) {
  if (value === null || value === undefined) return <em>nothing</em>;
  return <code class="value">{typeof value === "string" ? value : JSON.stringify(value)}</code>;
}
