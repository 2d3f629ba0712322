import { UserError } from "../errors.ts";
import type { Reading } from "../gate/counters.ts";
import type { PodsNow } from "../judging/restarts.ts";
import type { LookSource } from "../judging/source.ts";

export interface OwnPodsOptions {
  readonly readPods: () => Promise<PodsNow>;
  readonly namespace: string;
  /** What names the source in Pulumi.yaml. */
  readonly path: "gate.stats" | "gate.prometheus";
}

/**
 * The same source, with the counters of those programs alone that count a pod of this application: another namespace's
 * Deployments may have the same names.
 */
export const ofOwnPods = (source: LookSource, { readPods, namespace, path }: OwnPodsOptions): LookSource => ({
  name: source.name,
  read: async () => {
    // Pods first: what is read from the source is not given a second time.
    const { previous, canary } = await readPods();
    const counted = await source.read();
    const names = [...previous, ...canary].map(({ name }) => ` ${name}`);
    const servers = new Set(counted.flatMap(({ reading }) => Object.keys(reading)));
    const own = new Set(
      [...servers].filter((server) => names.some((name) => server.endsWith(name))).map(countedBy),
    );
    if (servers.size > 0 && own.size === 0) throw foreign(path, source.name, namespace);
    const ours = (reading: Reading): Reading =>
      Object.fromEntries(Object.entries(reading).filter(([server]) => own.has(countedBy(server))));
    return counted.map(({ seconds, reading }) => ({ seconds, reading: ours(reading) }));
  },
});

/** Who counts a server: its name begins with that, `http://10.0.0.7:56789/;csv shop-service pod-shop-new-6f7d9-x2k4p`. */
const countedBy = (server: string): string => server.split(" ")[0] ?? "";

const foreign = (path: OwnPodsOptions["path"], name: string, namespace: string): UserError =>
  new UserError(
    `${path}, ${name}, counts no pod of namespace ${namespace}`,
    path === "gate.stats"
      ? `Name the statistics of the ${name} that serves this application's entrance.`
      : "Set gate.prometheus.labels to labels that only this application's edge has.",
  );
