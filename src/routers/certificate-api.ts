import type { RequiredApi } from "../cluster/api.ts";

/** The API of cert-manager that fills the edge's Secret. */
export const CERTIFICATE_API: RequiredApi = {
  groupVersion: "cert-manager.io/v1",
  installation:
    "Install cert-manager and its issuer, or remove edge.tls.issuer and make the Secret yourself.",
};
