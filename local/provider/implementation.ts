import type * as grpc from "@grpc/grpc-js";
import { unary } from "../plugins/rpc.ts";
import { rpcError } from "./errors.ts";
import type { providerPb } from "./protocol.ts";
import type { Provider } from "./service.ts";

/** The calls that this plugin answers; gRPC says UNIMPLEMENTED to the others (functions, components, schemas). */
export function implementation(provider: Provider): grpc.UntypedServiceImplementation {
  const call = <Q, A>(method: (request: Q) => Promise<A>) => unary(method, rpcError);
  return {
    handshake: call(() => provider.handshake()),
    getPluginInfo: call(() => provider.getPluginInfo()),
    getSchema: call(() => provider.getSchema()),
    attach: call(() => provider.attach()),
    cancel: call(() => provider.cancel()),
    checkConfig: call((request: providerPb.CheckRequest) => provider.checkConfig(request)),
    diffConfig: call((request: providerPb.DiffRequest) => provider.diffConfig(request)),
    configure: call((request: providerPb.ConfigureRequest) => provider.configure(request)),
    check: call((request: providerPb.CheckRequest) => provider.check(request)),
    diff: call((request: providerPb.DiffRequest) => provider.diff(request)),
    create: call((request: providerPb.CreateRequest) => provider.create(request)),
    update: call((request: providerPb.UpdateRequest) => provider.update(request)),
    read: call((request: providerPb.ReadRequest) => provider.read(request)),
    delete: call((request: providerPb.DeleteRequest) => provider.delete(request)),
  };
}
