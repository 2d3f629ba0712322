/**
 * The generated stubs of the engine's protocol. They are CommonJS that fills `exports` at run time, which named
 * ESM imports cannot see: every one is a default import, here and nowhere else.
 */
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";

export { languageGrpc, languagePb, pluginPb, providerGrpc };
export const { Empty } = emptyPb;
export type Empty = emptyPb.Empty;
export const { Struct } = structPb;
export type Struct = structPb.Struct;
