/**
 * The generated stubs of the engine's protocol. They are CommonJS that fills `exports` at run time, which named
 * ESM imports cannot see: every one is a default import, here and nowhere else.
 */
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";

export { engineGrpc, enginePb, pluginPb };
export const { Empty } = emptyPb;
export type Empty = emptyPb.Empty;
