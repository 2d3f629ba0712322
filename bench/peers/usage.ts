import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { type ProcessIdentity, withDescendants } from "../../local/process/procfs.ts";

/** What processes took of the machine. */
export interface Usage {
  /** Seconds of one core. */
  readonly cpuSeconds: number;
  /** Memory that was resident at the most, in MiB; pages that processes share count for each. */
  readonly peakMebibytes: number;
}

const LOOK_MS = 100;
/** USER_HZ, which is 100 wherever Linux runs Node: proc(5), /proc/PID/stat. */
const TICKS_PER_SECOND = 100;
const MEBIBYTE = 1024 * 1024;
const PAGE_BYTES = 4096;

/** Ticks of the processor that a process has used, and the pages that are resident: proc(5), fields 14, 15 and 24. */
export function parseUse(stat: string): { readonly ticks: number; readonly pages: number } {
  // The name, in parentheses, may hold anything: fields are counted from the third.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { ticks: Number(fields[11]) + Number(fields[12]), pages: Number(fields[21]) };
}

/**
 * Looks ten times a second at processes and all that descend from them: what one uses in its last tenth of a second is not
 * seen, nor one that is shorter.
 */
export function watchUsage(roots: () => readonly ProcessIdentity[]): { stop(): Promise<Usage> } {
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  let peakPages = 0;
  let stopped = false;
  let isFirstLook = true;
  const look = () => {
    let pages = 0;
    for (const identity of withDescendants([...roots()])) {
      const use = useOf(identity);
      if (!use) continue;
      const key = `${identity.pid} ${identity.startTime}`;
      // What begins later begins with nothing used.
      if (!first.has(key)) first.set(key, isFirstLook ? use.ticks : 0);
      last.set(key, use.ticks);
      pages += use.pages;
    }
    isFirstLook = false;
    peakPages = Math.max(peakPages, pages);
  };
  const watching = (async () => {
    while (!stopped) {
      look();
      await setTimeout(LOOK_MS);
    }
    look();
  })();
  return {
    stop: async () => {
      stopped = true;
      await watching;
      const ticks = [...last].reduce((sum, [key, now]) => sum + now - (first.get(key) ?? 0), 0);
      return { cpuSeconds: ticks / TICKS_PER_SECOND, peakMebibytes: (peakPages * PAGE_BYTES) / MEBIBYTE };
    },
  };
}

function useOf({ pid }: ProcessIdentity): ReturnType<typeof parseUse> | undefined {
  try {
    return parseUse(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
