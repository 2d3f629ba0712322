import type { Machine } from "./inspection.mjs";

export interface Lack {
  readonly message: string;
  readonly hint: string;
}

export function lackOf(machine: Machine): Lack | undefined;
