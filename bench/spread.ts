import { median } from "simple-statistics";

/** The median, and the least and the most: `2.00 (1.50 to 3.00)`. Empty without a value. */
export function spread(values: readonly number[]): string {
  if (values.length === 0) return "";
  const text = (number: number) => number.toFixed(2);
  return `${text(median([...values]))} (${text(Math.min(...values))} to ${text(Math.max(...values))})`;
}
