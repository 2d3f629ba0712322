/** Between two scrapes: less than the 5 s of Flagger's own Prometheus, so that its shortest interval has enough of them. */
const SCRAPE = "2s";

/**
 * What Prometheus scrapes for all contenders: Envoy, and the application's pods by their own metrics.
 * @param admin Envoy's admin address @param targets where Prometheus is told which pods there are
 */
export function scrapeJobs(admin: string, targets: string): readonly object[] {
  return [
    {
      job_name: "envoy",
      scrape_interval: SCRAPE,
      metrics_path: "/stats/prometheus",
      static_configs: [{ targets: [new URL(admin).host] }],
    },
    {
      job_name: "pods",
      scrape_interval: SCRAPE,
      http_sd_configs: [{ url: targets, refresh_interval: "1s" }],
    },
  ];
}
