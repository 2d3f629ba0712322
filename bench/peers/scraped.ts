/**
 * Scrapes Envoy as the local Prometheus scrapes everything else, each second: more often than Flagger's own does (5 s), so that
 * its shortest interval has enough of them.
 * @param admin Envoy's admin address
 */
export const envoyJob = (admin: string): object => ({
  job_name: "envoy",
  metrics_path: "/stats/prometheus",
  static_configs: [{ targets: [new URL(admin).host] }],
});
