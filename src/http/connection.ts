import type { Agent } from "node:http";
import type { RequestOptions } from "node:https";
import { isIP } from "node:net";
import { checkServerIdentity, type TLSSocket } from "node:tls";

type TlsOptions = Pick<
  RequestOptions,
  "ca" | "cert" | "key" | "pfx" | "passphrase" | "servername" | "checkServerIdentity" | "rejectUnauthorized"
>;

/** How a server is reached, and how it and its client prove who they are. Without any of it, as the URL says. */
export interface Connection extends TlsOptions {
  /** Connects there instead of to the URL's host, whose name the request and the handshake still carry. */
  readonly address?: { readonly host: string; readonly port: number } | undefined;
  /**
   * Connections that are kept between requests. Only reads use them: the server may close one in the moment in which a
   * request is sent on it, and nobody can tell then whether it was carried out.
   */
  readonly kept?: Agent | undefined;
  /** Makes the connections that are not kept, such as one that leads through a proxy. */
  readonly agent?: RequestOptions["agent"];
  /** Name and password, `alice:secret`. */
  readonly auth?: string | null | undefined;
  /** Takes a certificate that no authority has signed, if it is for the right name. */
  readonly acceptSelfSigned?: boolean | undefined;
}

/**
 * The name that the server's certificate has to have. A handshake may not name an IP address (RFC 6066), so that one is
 * only compared with the certificate.
 */
export function expectedName(name: string): TlsOptions {
  const address = name.replace(/^\[(.*)\]$/, "$1");
  return isIP(address)
    ? { checkServerIdentity: (_host, certificate) => checkServerIdentity(address, certificate) }
    : { servername: name };
}

/** What OpenSSL says of a certificate that is its own authority, alone or at the end of a chain. */
const SELF_SIGNED: readonly unknown[] = ["DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN"];

/** Why a certificate is not taken where a self-signed one would be; undefined when it is. */
export function certificateProblem(socket: TLSSocket, name: string): Error | undefined {
  // Node has the code here, whatever the type says: `DEPTH_ZERO_SELF_SIGNED_CERT`.
  const code: unknown = socket.authorizationError;
  if (!socket.authorized && !SELF_SIGNED.includes(code)) return new Error(String(code));
  return checkServerIdentity(name.replace(/^\[(.*)\]$/, "$1"), socket.getPeerCertificate());
}
