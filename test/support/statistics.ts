import { createServer } from "node:http";
import { type Loopback, listenOnLoopback } from "./loopback.ts";

/** How many requests each version gets between two readings, and how many of them fail. */
export interface Rates {
  canary: { requests: number; failed: number };
  previous: { requests: number; failed: number };
}

const COLUMNS =
  "pxname,svname,type,status,weight,bck,econ,eresp,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,srv_abrt";

/** A HAProxy's statistics for one pod of each track of `shop`, which grow by these rates at each reading. @param pod ends the pods' names */
export async function statisticsOf(
  rates: Rates,
  pod = "x2k4p",
): Promise<Loopback & { readonly rates: Rates }> {
  const total = { canary: { ok: 0, failed: 0 }, previous: { ok: 0, failed: 0 } };
  const line = (name: string, { ok, failed }: { ok: number; failed: number }) =>
    `shop-service,pod-${name},2,UP,50,0,0,0,${ok},0,0,${failed},0,0`;
  const server = createServer((_request, response) => {
    for (const track of ["canary", "previous"] as const) {
      total[track].ok += rates[track].requests - rates[track].failed;
      total[track].failed += rates[track].failed;
    }
    response.end(
      [
        `# ${COLUMNS}`,
        line(`shop-new-6f7d9-${pod}`, total.canary),
        line(`shop-previous-6f7d9-${pod}`, total.previous),
        "shop-service,BACKEND,1,UP,100,0,0,0,0,0,0,0,0,0",
      ].join("\n"),
    );
  });
  return { ...(await listenOnLoopback(server)), rates };
}
