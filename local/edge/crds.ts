import { until } from "../process/until.ts";
import { type Api, applyObject } from "./api.ts";

const ESTABLISH_MS = 20_000;

/** A CustomResourceDefinition, as far as it is looked at. */
export interface CustomResourceDefinition {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

interface Established {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/**
 * Applies CustomResourceDefinitions and waits until the API server serves all that they define.
 * @throws Error when it rejects one or does not serve it within 20 seconds
 */
export async function applyCrds(api: Api, crds: readonly CustomResourceDefinition[]): Promise<void> {
  await Promise.all(crds.map((crd) => applyCrd(api, crd)));
}

async function applyCrd(api: Api, crd: CustomResourceDefinition): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crd.metadata.name}`;
  await applyObject(api, path, crd);
  const isReady = async () => (await isEstablished(api, path)) && (await isServed(api, crd));
  if (await until(isReady, { timeoutMs: ESTABLISH_MS })) return;
  throw new Error(`the API server does not serve ${crd.metadata.name}`);
}

async function isEstablished(api: Api, path: string): Promise<boolean> {
  const { status } = await api.call<Established>({ path });
  return status?.conditions?.some(({ type, status }) => type === "Established" && status === "True") ?? false;
}

/** A CRD can be established a moment before its paths answer. */
async function isServed(api: Api, { spec }: CustomResourceDefinition): Promise<boolean> {
  const versions = spec.versions.filter(({ served }) => served);
  const answers = versions.map(({ name }) =>
    api.call({ path: `/apis/${spec.group}/${name}/${spec.names.plural}?limit=1` }),
  );
  return Promise.all(answers).then(
    () => true,
    () => false,
  );
}
