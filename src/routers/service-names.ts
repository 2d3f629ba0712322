/** The port at which clients find the application. */
export const SERVICE_PORT = 80;

/** Name of the Service that shows the canary alone. */
export const previewName = (app: string): string => `${app}-preview`;

/** API path of a Service. */
export const servicePath = (namespace: string, name: string): string =>
  `/api/v1/namespaces/${namespace}/services/${name}`;
