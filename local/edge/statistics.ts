/** What a running HAProxy says of one server: HAProxy's management guide, section 9.1. */
export interface AppliedServer {
  backend: string;
  server: string;
  /** Name of the server's pod. */
  pod: string;
  /** Weight as it is applied, 0 to 256. */
  weight: number;
  /** Sessions that this server got since the last reload. */
  sessions: number;
  /** `UP`, `DOWN`, `MAINT`, or `no check`. */
  status: string;
}

/** Reads a table of HAProxy's statistics: the first line names the columns; an empty one ends it. */
export function parseStatistics(csv: string): AppliedServer[] {
  const [head = "", ...lines] = csv.replace(/^# /, "").split("\n");
  const columns = head.split(",");
  const value = (cells: string[], name: string) => cells[columns.indexOf(name)] ?? "";
  return lines
    .map((line) => line.split(","))
    .filter((cells) => value(cells, "type") === "2")
    .map((cells) => ({
      backend: value(cells, "pxname"),
      server: value(cells, "svname"),
      pod: value(cells, "svname").replace(/^pod-/, ""),
      weight: Number(value(cells, "weight")),
      sessions: Number(value(cells, "stot")),
      status: value(cells, "status"),
    }));
}

/**
 * The weights that HAProxy applies at this moment, server by server, from its own statistics.
 * @throws Error when the edge does not answer
 */
export async function readWeights(edge: { statsUrl: string }): Promise<AppliedServer[]> {
  const answer = await fetch(edge.statsUrl, { signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`${edge.statsUrl} answers ${answer.status}`);
  return parseStatistics(await answer.text());
}
