import * as grpc from "@grpc/grpc-js";

/** What a call fails with, made of what its method threw. */
export type ToStatus = (error: unknown) => Partial<grpc.StatusObject>;

/** What is no expected failure is ours, and comes with its stack trace. */
export function internalError(error: unknown): Partial<grpc.StatusObject> {
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: grpc.status.INTERNAL, details };
}

/** A call with one answer. */
export function unary<Q, A>(
  method: (request: Q) => A | Promise<A>,
  toStatus: ToStatus = internalError,
): grpc.handleUnaryCall<Q, A> {
  return (call, done) => {
    (async () => method(call.request))().then(
      (answer) => done(null, answer),
      (error: unknown) => done(toStatus(error)),
    );
  };
}

/** A call with a stream of answers, which the method writes and ends. */
export function streaming<Q, A>(
  method: (call: grpc.ServerWritableStream<Q, A>) => void,
  toStatus: ToStatus = internalError,
): grpc.handleServerStreamingCall<Q, A> {
  return (call) => {
    try {
      method(call);
    } catch (error) {
      call.emit("error", toStatus(error));
    }
  };
}
