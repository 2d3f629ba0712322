import { InvalidArgumentError, Option } from "commander";
import type { VerificationOptions } from "../verification/verification.ts";
import { WrongUse } from "./exit.ts";

/** Options of every command that measures. */
export interface MeasuringOptions {
  readonly url?: string;
  readonly host?: string;
  readonly versionHeader?: string;
  readonly versionPattern?: string;
  readonly requests?: number;
  readonly precision?: number;
  readonly settle?: number;
  readonly stats?: string;
}

export const statsOption = (): Option =>
  new Option(
    "--stats <url>",
    "HAProxy's statistics as CSV, for the share that it applies (http://HOST:PORT/;csv)",
  );

/** Whoever says how many requests gets them all; otherwise they end when the share is known. */
const DEFAULTS = { requests: 4000, precision: 2 } as const;

export const measuringOptions = (): Option[] => [
  new Option("--url <url>", "where requests are sent (default: the address of the edge)"),
  new Option("--host <name>", "Host header of the requests"),
  new Option("--version-header <name>", "response header that names the version (default: the body does)"),
  new Option("--version-pattern <regexp>", "how a version is read; its first group is the version"),
  new Option(
    "--requests <count>",
    `so many requests; with --precision, at most so many (default: at most ${DEFAULTS.requests})`,
  ).argParser(wholeNumber),
  new Option(
    "--precision <points>",
    `enough when the share is known to so many percentage points (default: ${DEFAULTS.precision}, without --requests)`,
  ).argParser(positiveNumber),
  new Option("--settle <time>", "after a move, how long the edge may take to take it over (10s)").argParser(
    duration,
  ),
  statsOption(),
];

/** @throws WrongUse for a pattern that is none */
export function verificationOptions(options: MeasuringOptions): VerificationOptions {
  const { url, host, stats, settle: settleSeconds } = options;
  const requests = options.requests ?? DEFAULTS.requests;
  const precision = options.precision ?? (options.requests === undefined ? DEFAULTS.precision : undefined);
  const rule = {
    header: options.versionHeader?.toLowerCase(),
    pattern: options.versionPattern === undefined ? undefined : regularExpression(options.versionPattern),
  };
  return { url, host, requests, precision, stats, settleSeconds, rule };
}

function regularExpression(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new WrongUse(
      `--version-pattern ${text} is no regular expression: ${(error as Error).message}`,
      "Give one whose first group is the version, such as 'httpd ([0-9.]+)'.",
    );
  }
}

/** `10m`, `90s`, `1h`, in seconds. */
export function duration(text: string): number {
  const found = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(text);
  if (!found) throw new InvalidArgumentError("Give a duration such as 90s, 10m or 1h.");
  return Number(found[1]) * { s: 1, m: 60, h: 3600 }[found[2] as "s" | "m" | "h"];
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("Give a whole number above 0.");
  return Number(text);
}

function positiveNumber(text: string): number {
  if (!(Number(text) > 0)) throw new InvalidArgumentError("Give a number above 0.");
  return Number(text);
}
