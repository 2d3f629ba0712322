import { ApiError, type KubernetesApi } from "../cluster/api.ts";
import { configMapPath, namespacePath, secretPath } from "../cluster/objects.ts";
import { type ForeignObject, foreignObjects } from "../config/app/foreign-objects.ts";
import { placeText } from "../config/app/misfit.ts";
import type { AppConfig } from "../config/app.ts";
import { UserError } from "../errors.ts";

const PATHS: Readonly<Record<ForeignObject["kind"], (namespace: string, name: string) => string>> = {
  Secret: secretPath,
  ConfigMap: configMapPath,
  PersistentVolumeClaim: (namespace, name) => `${namespacePath(namespace)}/persistentvolumeclaims/${name}`,
};

interface Stored {
  readonly data?: Readonly<Record<string, unknown>>;
  readonly binaryData?: Readonly<Record<string, unknown>>;
}

/**
 * Refuses an application whose pods would wait for an object that is not there. An object that the deployer may not see is taken for
 * granted: its Role may be of a time before the application named it.
 * @throws UserError that names each one, and where the configuration does
 */
export async function requireForeignObjects(
  api: KubernetesApi,
  namespace: string,
  app: AppConfig,
): Promise<void> {
  const wrong = await Promise.all(
    foreignObjects(app).map(async ({ kind, name, key, at }) => {
      const object = await seen(api, PATHS[kind](namespace, name));
      if (object === "unseen") return [];
      const what = `${placeText(at)} is of ${kind} ${namespace}/${name}`;
      if (object === undefined) return [`${what}, which is not there`];
      const keys = Object.keys({ ...object.data, ...object.binaryData });
      return key === undefined || keys.includes(key)
        ? []
        : [`${what}, which has no key ${key}: it has ${keys.join(", ") || "none"}`];
    }),
  );
  const lines = wrong.flat();
  if (lines.length === 0) return;
  throw new UserError(
    lines.join("\n"),
    `Its pods would wait for it. Make it first, look for it by kubectl -n ${namespace} get secrets,configmaps,persistentvolumeclaims, or say optional: true where that can be said.`,
  );
}

async function seen(api: KubernetesApi, path: string): Promise<Stored | undefined | "unseen"> {
  try {
    return await api.get<Stored>(path);
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return "unseen";
    throw error;
  }
}
