/** The stubs that only the language host needs; see ../plugins/protocol.ts for why they are default imports. */
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";

export { languageGrpc, languagePb };
