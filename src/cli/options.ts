import { readFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ProbeOptions } from "../operations/probes.ts";
import { routers } from "../routers/index.ts";
import type { Routers } from "../routers/router.ts";
import type { VerificationOptions } from "../verification/options.ts";
import { WrongUse } from "./exit.ts";

/** Options of every command that sends requests. */
export interface TargetOptions {
  readonly url?: string;
  readonly host?: string;
  readonly ca?: string;
  readonly acceptSelfSigned?: boolean;
  readonly versionHeader?: string;
  readonly versionPattern?: string;
}

/** Options of every command that measures. */
export interface MeasuringOptions extends TargetOptions {
  readonly requests?: number;
  readonly precision?: number;
  readonly settle?: number;
  readonly stats?: string;
}

export const statsOption = (among: Routers = routers): Option => {
  const statistics = Object.values(among).flatMap(({ live }) => live.dataPlane?.statistics ?? []);
  return new Option(
    "--stats <url>",
    `statistics of the edge, for the share that it applies (${statistics.join("; ")})`,
  );
};

/**
 * With `--requests 500` alone, all 500 are sent. Otherwise requests end as soon as the share is known to the precision,
 * and at the latest after 4000, or after as many as `--requests` says beside `--precision`.
 */
const DEFAULTS = { requests: 4000, precision: 2 } as const;

/** Where requests are sent, and how their answers tell a version. */
const targetOptions = (): Option[] => [
  new Option(
    "--url <url>",
    "where requests are sent (default: the address of the edge, https with edge.tls)",
  ),
  new Option("--host <name>", "the host name that is asked for (default: edge.host)"),
  new Option("--ca <file>", "certificate authority of the edge, in PEM (default: those of this machine)"),
  new Option(
    "--accept-self-signed",
    "take a certificate that no authority has signed, if it is for the host",
  ),
  new Option("--version-header <name>", "response header that names the version (default: the body does)"),
  new Option("--version-pattern <regexp>", "how a version is read; its first group is the version"),
];

const measuringOptions = (): Option[] => [
  ...targetOptions(),
  new Option(
    "--requests <count>",
    `so many requests; with --precision, at most so many (default: at most ${DEFAULTS.requests})`,
  ).argParser(wholeNumber),
  new Option(
    "--precision <points>",
    `enough when the share is known to so many percentage points (default: ${DEFAULTS.precision}, without --requests)`,
  ).argParser(positiveNumber),
  new Option(
    "--settle <time>",
    "after a move, how long the edge may take to take it over (default: 10s)",
  ).argParser(duration),
  statsOption(),
];

/** Gives a command the options of those that measure. */
export function withMeasuringOptions(command: Command): Command {
  for (const option of measuringOptions()) command.addOption(option);
  return command;
}

/** Those options as they would be typed once more: what was not given is left out. */
export function measuringWords(options: MeasuringOptions): string[] {
  const typed: Readonly<Record<string, unknown>> = {
    ...options,
    settle: options.settle === undefined ? undefined : `${options.settle}s`,
  };
  return measuringOptions().flatMap((option) => {
    const value = typed[option.attributeName()];
    if (value === undefined) return [];
    return value === true ? [option.long ?? ""] : [option.long ?? "", String(value)];
  });
}

/** @throws WrongUse for a pattern that is none, and for an authority that cannot be read */
export function verificationOptions(options: MeasuringOptions): VerificationOptions {
  const { stats, settle: settleSeconds } = options;
  const requests = options.requests ?? DEFAULTS.requests;
  const precision = options.precision ?? (options.requests === undefined ? DEFAULTS.precision : undefined);
  return { ...targetOf(options), requests, precision, stats, settleSeconds };
}

function targetOf({ url, host, acceptSelfSigned, ca, versionHeader, versionPattern }: TargetOptions) {
  const rule = {
    header: versionHeader?.toLowerCase(),
    pattern: versionPattern === undefined ? undefined : regularExpression(versionPattern),
  };
  return { url, host, acceptSelfSigned, ca: ca === undefined ? undefined : certificateIn(ca), rule };
}

/** Option of the commands that judge: how many requests a second they send themselves. */
export interface ProbingOption {
  readonly probeRate?: number;
}

/** More would be a load, and judge what no user sees. */
const MOST_PROBES = 50;

const probeRateOption = (): Option =>
  new Option(
    "--probe-rate <rate>",
    `while the canary is judged, send so many requests a second (at most ${MOST_PROBES}), where users send few`,
  ).argParser(probeRate);

export const withProbingOption = (command: Command): Command => command.addOption(probeRateOption());

/** The same with where they are sent, for a command that measures nothing. */
export function withProbingOptions(command: Command): Command {
  for (const option of [probeRateOption(), ...targetOptions()]) command.addOption(option);
  return command;
}

/** @throws WrongUse as `verificationOptions` does */
export const probeOptions = ({
  probeRate,
  ...options
}: ProbingOption & TargetOptions): ProbeOptions | undefined =>
  probeRate === undefined ? undefined : { ...targetOf(options), perSecond: probeRate };

function probeRate(text: string): number {
  const rate = positiveNumber(text);
  if (rate > MOST_PROBES) throw new InvalidArgumentError(`Give at most ${MOST_PROBES} a second.`);
  return rate;
}

/** Read before anything is changed: a wrong name is not to be found out after the move. */
function certificateIn(file: string): string {
  const hint = "Name a file with -----BEGIN CERTIFICATE-----.";
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new WrongUse(`--ca ${file} cannot be read: ${(error as Error).message}`, hint);
  }
  if (!text.includes("-----BEGIN CERTIFICATE-----"))
    throw new WrongUse(`--ca ${file} has no certificate`, hint);
  return text;
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
