import * as grpc from "@grpc/grpc-js";
import { NotInstalled } from "./program.ts";
import type { languagePb } from "./protocol.ts";
import { internalError, streaming, unary } from "./rpc.ts";
import type { InstallCall, LanguageHost, PluginCall } from "./service.ts";

/** The calls that this host answers; to the others (code generation) gRPC says UNIMPLEMENTED. */
export function implementation(host: LanguageHost): grpc.UntypedServiceImplementation {
  const call = <Q, A>(method: (request: Q) => A | Promise<A>) => unary(method, toStatus);
  return {
    handshake: call((request: languagePb.LanguageHandshakeRequest) => host.handshake(request)),
    getPluginInfo: call(() => host.getPluginInfo()),
    getRequiredPackages: call((request: languagePb.GetRequiredPackagesRequest) =>
      host.getRequiredPackages(request),
    ),
    run: call((request: languagePb.RunRequest) => host.run(request)),
    about: call(() => host.about()),
    getProgramDependencies: call((request: languagePb.GetProgramDependenciesRequest) =>
      host.getProgramDependencies(request),
    ),
    installDependencies: streaming((stream: InstallCall) => host.installDependencies(stream), toStatus),
    runPlugin: streaming((stream: PluginCall) => host.runPlugin(stream), toStatus),
    cancel: call(() => host.cancel()),
  };
}

function toStatus(error: unknown): Partial<grpc.StatusObject> {
  if (error instanceof NotInstalled) return { code: grpc.status.FAILED_PRECONDITION, details: error.message };
  return internalError(error);
}
