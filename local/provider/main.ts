/** The plugin's process: `pulumi-resource-kubernetes ENGINE_ADDRESS`. */
import { engineAddress, servePlugin } from "../plugins/server.ts";
import { implementation } from "./implementation.ts";
import { providerGrpc } from "./protocol.ts";
import { type Clusters, Provider } from "./service.ts";

const clusters: Clusters = {
  connect: async (target) => (await import("./cluster.ts")).connect(target),
  serverOf: async (target) => (await import("./kubeconfig.ts")).serverOf(target),
};
const provider = new Provider(clusters, engineAddress(process.argv.slice(2)));
servePlugin(providerGrpc.ResourceProviderService, implementation(provider));
