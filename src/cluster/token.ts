import type { KubernetesApi } from "./api.ts";
import { namespacePath } from "./objects.ts";

/** Whose token, and for how long. */
export interface TokenRequest {
  readonly namespace: string;
  /** ServiceAccount. */
  readonly account: string;
  /** Secret that it is bound to: when that is deleted, the token ends with it. */
  readonly secret: string;
  /** Seconds; the API server takes no less than 600, and may give less than is asked for. */
  readonly seconds: number;
}

export interface IssuedToken {
  readonly token: string;
  /** When it ends, RFC 3339. */
  readonly ends: string;
}

/** The API server takes no shorter one (validation of TokenRequest in Kubernetes). */
export const LEAST_TOKEN_SECONDS = 600;

/**
 * A token of a service account that ends by itself (Kubernetes API reference, TokenRequest, authentication.k8s.io/v1).
 * @param api as an administrator: an account that could do it could prolong its own token for ever
 * @throws ApiError where that is not allowed, or where account or Secret are not there
 */
export async function issueToken(
  api: KubernetesApi,
  { namespace, account, secret, seconds }: TokenRequest,
): Promise<IssuedToken> {
  const answer = await api.send<{ status: { token: string; expirationTimestamp: string } }>(
    "POST",
    `${namespacePath(namespace)}/serviceaccounts/${account}/token`,
    {
      type: "application/json",
      content: {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: {
          expirationSeconds: seconds,
          boundObjectRef: { apiVersion: "v1", kind: "Secret", name: secret },
        },
      },
    },
  );
  return { token: answer.status.token, ends: answer.status.expirationTimestamp };
}
