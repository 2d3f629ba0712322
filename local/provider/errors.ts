import * as grpc from "@grpc/grpc-js";
import { internalError } from "../plugins/rpc.ts";
import { Any, providerPb, Status } from "./protocol.ts";
import { type Bag, encode } from "./values.ts";

export type Failure =
  | "unreachable"
  | "no-match"
  | "not-found"
  | "exists"
  | "conflict"
  | "forbidden"
  | "invalid";

/** The API server refused, or could not be asked. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
  readonly failure: Failure;

  constructor(failure: Failure, message: string) {
    super(message);
    this.failure = failure;
  }

  /** The same failure with words before its message that say what was being done. */
  within(context: string): ClusterError {
    return new ClusterError(this.failure, `${context}: ${this.message}`);
  }
}

export function failedAs(error: unknown, ...failures: Failure[]): error is ClusterError {
  return error instanceof ClusterError && failures.includes(error.failure);
}

/** The object exists but is not ready: the engine keeps it in the state and marks it for another update. */
export class InitFailed extends Error {
  override readonly name = "InitFailed";
  readonly id: string;
  readonly outputs: Bag;
  readonly inputs: Bag | undefined;
  readonly reasons: readonly string[];

  /** @param reasons what is wrong with it; the engine prints each on a line of its own */
  constructor(id: string, outputs: Bag, inputs: Bag | undefined, reasons: readonly string[]) {
    super(reasons.join("\n"));
    this.id = id;
    this.outputs = outputs;
    this.inputs = inputs;
    this.reasons = reasons;
  }
}

const CODES: Record<Failure, grpc.status> = {
  unreachable: grpc.status.UNAVAILABLE,
  "no-match": grpc.status.FAILED_PRECONDITION,
  "not-found": grpc.status.NOT_FOUND,
  exists: grpc.status.ALREADY_EXISTS,
  conflict: grpc.status.ABORTED,
  forbidden: grpc.status.PERMISSION_DENIED,
  invalid: grpc.status.INVALID_ARGUMENT,
};

/** A failure as the engine takes it. */
export function rpcError(error: unknown): Partial<grpc.StatusObject> {
  if (error instanceof InitFailed) return initFailedError(error);
  if (error instanceof ClusterError) return { code: CODES[error.failure], details: error.message };
  return internalError(error);
}

/** A partial failure travels as a detail of the status, in the trailer that gRPC reserves for it. */
function initFailedError(error: InitFailed): Partial<grpc.StatusObject> {
  const detail = new providerPb.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(encode(error.outputs));
  if (error.inputs) detail.setInputs(encode(error.inputs));
  detail.setReasonsList([...error.reasons]);
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(error.message);
  status.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}
