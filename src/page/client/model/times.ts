/** The zone in which times are shown: the viewer's, or UTC. */
export type Zone = "local" | "UTC";

const DATE = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;

/** Made once: it takes longer to make one than to use it a hundred times. Swedish dates are those of ISO 8601. */
const DATES = formatters("sv-SE", DATE);
const CLOCKS = formatters("en-GB", CLOCK);

function formatters(
  locale: string,
  options: Intl.DateTimeFormatOptions,
): Readonly<Record<Zone, Intl.DateTimeFormat>> {
  return {
    local: new Intl.DateTimeFormat(locale, options),
    UTC: new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" }),
  };
}

/** `2026-11-28` in a zone. */
const dateIn = (time: Date, zone: Zone): string => DATES[zone].format(time);

/** `04:05:06`, without a zone. */
export const clock = (time: Date, zone: Zone): string => CLOCKS[zone].format(time);

/** A moment as it is shown: the clock alone today, with the date on another day, and with `UTC` where that is the zone. */
export function moment(time: Date, zone: Zone, now: Date): string {
  const date = dateIn(time, zone) === dateIn(now, zone) ? "" : `${dateIn(time, zone)} `;
  return `${date}${clock(time, zone)}${zone === "UTC" ? " UTC" : ""}`;
}

/** The same moment for whoever asks for it: `2026-11-28 04:05:06 UTC`. */
export const utc = (time: Date): string => `${dateIn(time, "UTC")} ${clock(time, "UTC")} UTC`;

const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
] as const;

/** `8.2 s`, `3 min 5 s`, `2 h 10 min`, `4 d`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  const at = UNITS.findIndex(([, length]) => seconds >= length);
  const [unit, length] = UNITS[at] ?? UNITS[2];
  const [nextUnit, nextLength] = UNITS[at + 1] ?? (["s", 1] as const);
  const rest = Math.floor((seconds % length) / nextLength);
  return `${Math.floor(seconds / length)} ${unit}${rest > 0 && unit !== "d" ? ` ${rest} ${nextUnit}` : ""}`;
}

/** An age for which the minute is enough: `less than a minute`, `3 min`, `2 h 10 min`. */
export const age = (seconds: number): string =>
  seconds < 60 ? "under 1 min" : duration(Math.floor(seconds / 60) * 60);
