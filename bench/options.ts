import { InvalidArgumentError } from "commander";

/** A whole number from 1. @throws InvalidArgumentError for anything else */
export function count(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It has to be a whole number from 1.");
}
