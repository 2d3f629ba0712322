import type * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { GkeConfig } from "../../config/gke.ts";
import { POD_RANGE, SERVICE_RANGE } from "./network.ts";
import { NO_READ_ONLY_PORT, nodeDocument } from "./nodes.ts";

export interface ControlPlaneArgs {
  readonly config: GkeConfig;
  readonly network: pulumi.Input<string>;
  readonly subnetwork: pulumi.Input<string>;
  readonly nodeAccount: pulumi.Input<string>;
  /** Whether it has the Gateway API, with Google's controller. */
  readonly servesGateways: boolean;
}

/** A Saturday: windows begin on the first of the days after it. */
const FIRST_WINDOW_DAY = "2026-01-03";

/** The cluster, without its node pool. */
export function clusterDocument(args: ControlPlaneArgs): gcp.container.ClusterArgs {
  const { config } = args;
  return {
    name: config.name,
    location: config.location,
    deletionProtection: config.deletionProtection,
    network: args.network,
    subnetwork: args.subnetwork,
    networkingMode: "VPC_NATIVE",
    ipAllocationPolicy: {
      clusterSecondaryRangeName: POD_RANGE,
      servicesSecondaryRangeName: SERVICE_RANGE,
    },
    privateClusterConfig: { enablePrivateNodes: true, enablePrivateEndpoint: false },
    masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
    ...endpointDocument(config),
    releaseChannel: { channel: config.releaseChannel.toUpperCase() },
    maintenancePolicy: {
      recurringWindow: maintenanceWindow(config),
      maintenanceExclusions: config.maintenance.exclusions.map(({ name, from, until }) => ({
        exclusionName: name,
        startTime: from,
        endTime: until,
      })),
    },
    securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_DISABLED" },
    loggingConfig: { enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS"] },
    monitoringConfig: {
      enableComponents: ["SYSTEM_COMPONENTS"],
      managedPrometheus: { enabled: true },
    },
    resourceLabels: config.labels,
    ...(args.servesGateways && { gatewayApiConfig: { channel: "CHANNEL_STANDARD" } }),
    ...(config.mode === "autopilot" ? autopilotDocument(args) : standardDocument(args)),
  };
}

/** What a standard cluster decides for itself; the pool that it is born with is removed at once. */
function standardDocument({ config, nodeAccount }: ControlPlaneArgs): Partial<gcp.container.ClusterArgs> {
  return {
    initialNodeCount: 1,
    removeDefaultNodePool: true,
    nodeConfig: nodeDocument(config, nodeAccount),
    datapathProvider: "ADVANCED_DATAPATH",
    enableShieldedNodes: true,
    workloadIdentityConfig: { workloadPool: `${config.project}.svc.id.goog` },
  };
}

/** Autopilot has Dataplane V2, Workload Identity and shielded nodes by itself, and refuses to be told so. */
function autopilotDocument({ nodeAccount }: ControlPlaneArgs): Partial<gcp.container.ClusterArgs> {
  return {
    enableAutopilot: true,
    nodePoolAutoConfig: { nodeKubeletConfig: NO_READ_ONLY_PORT },
    clusterAutoscaling: { autoProvisioningDefaults: { serviceAccount: nodeAccount } },
  };
}

function endpointDocument({ endpoint }: GkeConfig): Partial<gcp.container.ClusterArgs> {
  if (endpoint.kind === "ip") {
    return {
      masterAuthorizedNetworksConfig: {
        cidrBlocks: endpoint.networks.map(({ name, range }) => ({ displayName: name, cidrBlock: range })),
        gcpPublicCidrsAccessEnabled: false,
      },
    };
  }
  return {
    controlPlaneEndpointsConfig: {
      // The deployer has a token of Kubernetes, not of Google.
      dnsEndpointConfig: { allowExternalTraffic: true, enableK8sTokensViaDns: true },
      ipEndpointsConfig: { enabled: false },
    },
  };
}

function maintenanceWindow({
  maintenance,
}: GkeConfig): gcp.types.input.container.ClusterMaintenancePolicyRecurringWindow {
  const start = new Date(`${FIRST_WINDOW_DAY}T00:00:00Z`);
  start.setUTCHours(maintenance.startHourUtc);
  const end = new Date(start.getTime() + maintenance.hours * 3_600_000);
  return {
    startTime: withoutMilliseconds(start),
    endTime: withoutMilliseconds(end),
    recurrence: `FREQ=WEEKLY;BYDAY=${maintenance.days.join(",")}`,
  };
}

const withoutMilliseconds = (time: Date): string => time.toISOString().replace(".000Z", "Z");
