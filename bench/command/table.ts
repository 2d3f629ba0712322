import { median } from "simple-statistics";
import type { Figures, Seconds } from "./measure.ts";

/** The figures as text: the median of each command, and the least and the most. */
export function table({ promoteParts, ...figures }: Figures): string {
  return [
    ...Object.entries(figures).map(([name, values]) => line(name, values)),
    ...Object.entries(promoteParts).map(([part, values]) => line(`  promote: ${part}`, values)),
  ].join("\n");
}

function line(name: string, values: Seconds): string {
  if (values.length === 0) return `${name.padEnd(24)} not measured`;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${name.padEnd(24)} ${median([...values]).toFixed(2)} s   (${least.toFixed(2)} to ${most.toFixed(2)})`;
}
