import { fstatSync } from "node:fs";
import * as grpc from "@grpc/grpc-js";

/** The engine's own limit; gRPC's default of 4 MiB is too small for a large object. */
const MESSAGE_BYTES = 400 * 1024 * 1024;

/** Channel and server options that match the engine's. */
export const LIMITS = {
  "grpc.max_receive_message_length": MESSAGE_BYTES,
  "grpc.max_send_message_length": MESSAGE_BYTES,
};

/** The engine's address: the last argument that is no flag (verbosity and tracing flags may stand before it). */
export function engineAddress(args: readonly string[]): string | undefined {
  return args.filter((argument) => !argument.startsWith("-")).at(-1);
}

/**
 * Serves one plugin service on a free loopback port and says the port as the first line on stdout, which is how
 * the engine finds it. Ends with SIGINT or SIGTERM, and with the engine, even when that was killed.
 */
export function servePlugin<S extends grpc.UntypedServiceImplementation>(
  definition: grpc.ServiceDefinition<S>,
  implementation: grpc.UntypedServiceImplementation,
): void {
  const server = new grpc.Server(LIMITS);
  server.addService(definition, implementation);
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`);
  });
  const end = (): void => {
    server.forceShutdown();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, end);
  whenEngineIsGone(end);
}

/** The engine holds the other end of stdin until it ends. Started by hand, stdin is a terminal or a file. */
function whenEngineIsGone(end: () => void): void {
  const stdin = fstatSync(process.stdin.fd);
  if (stdin.isFIFO() || stdin.isSocket()) process.stdin.resume().once("end", end);
}
