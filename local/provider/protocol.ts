/** The stubs that only the resource provider needs; see ../plugins/protocol.ts for why they are default imports. */
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";

export { providerGrpc, providerPb };
export const { Status } = statusPb;
export const { Any } = anyPb;
export const { Struct } = structPb;
export type Struct = structPb.Struct;
export type JavaScriptValue = structPb.JavaScriptValue;
