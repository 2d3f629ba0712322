import { NAMESPACE_PREFIX } from "./workload.ts";

/** Between two scrapes: less than the 5 s of Flagger's own Prometheus, so that its shortest interval has enough of them. */
const SCRAPE = "2s";

/**
 * What Prometheus scrapes for all contenders: Envoy, and the application's pods by their own metrics, with their labels.
 * @param admin Envoy's admin address @param kubeconfig by which Prometheus finds the pods
 */
export function scrapeJobs(admin: string, kubeconfig: string): readonly object[] {
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
      kubernetes_sd_configs: [{ role: "pod", kubeconfig_file: kubeconfig }],
      relabel_configs: [
        { source_labels: ["__meta_kubernetes_namespace"], regex: `${NAMESPACE_PREFIX}.*`, action: "keep" },
        // A pod has a target for each port, and is found before it has an address.
        { source_labels: ["__meta_kubernetes_pod_ip"], regex: ".+", action: "keep" },
        { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
        { source_labels: ["__meta_kubernetes_pod_name"], target_label: "pod" },
        { source_labels: ["__meta_kubernetes_pod_label_rollouts_pod_template_hash"], target_label: "hash" },
      ],
    },
  ];
}
