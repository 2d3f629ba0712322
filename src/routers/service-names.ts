/** Name of the Service that shows the canary alone. */
export const previewName = (app: string): string => `${app}-preview`;

/** API path of a Service. */
export const servicePath = (namespace: string, name: string): string =>
  `/api/v1/namespaces/${namespace}/services/${name}`;
