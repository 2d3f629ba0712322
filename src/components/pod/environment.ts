import type * as k8s from "@pulumi/kubernetes";
import { type AppContainer, sortedEntries } from "../../config/app/container-list.ts";

type Environment = Pick<k8s.types.input.core.v1.Container, "env" | "envFrom">;

/**
 * The environment of a container: secrets first, so that values may refer to them by `$(NAME)`, each in the order of the
 * names. A secret stands in it as a reference alone.
 * @param secretName the Secret of the version, for secrets of the project
 */
export function environment(container: AppContainer, secretName: string | undefined): Environment {
  const { env, secrets, envFrom } = container;
  const secret = sortedEntries(secrets).map(([name, source]) => ({
    name,
    valueFrom: {
      secretKeyRef:
        source.config === undefined
          ? { name: source.secret ?? "", key: source.key ?? "" }
          : { name: secretName ?? "", key: source.config },
    },
  }));
  const variables = [...secret, ...sortedEntries(env).map(([name, value]) => ({ name, value }))];
  const from = envFrom.map(({ configMap, secret: name, prefix, optional }) => {
    const source = { name: configMap ?? name ?? "", ...(optional && { optional }) };
    return {
      ...(prefix !== undefined && { prefix }),
      ...(configMap === undefined ? { secretRef: source } : { configMapRef: source }),
    };
  });
  return {
    ...(variables.length > 0 && { env: variables }),
    ...(from.length > 0 && { envFrom: from }),
  };
}
