import { ApiError, type KubernetesApi } from "../cluster/api.ts";
import { configMapPath, secretPath } from "../cluster/objects.ts";
import type { PodArgs } from "../components/pod/args.ts";
import { contentOf } from "../components/pod/content.ts";
import { filesOf } from "../config/app/container-list.ts";
import { type LoadedFile, loadFiles } from "../config/app/file-contents.ts";
import { podSecretNames, podSecretsOf, secretValuesOf } from "../config/app/secret-values.ts";
import { toRecord, versionFromRecord } from "../config/app/settings.ts";
import { versionOf } from "../config/app/versions.ts";
import type { Config } from "../config/stage.ts";
import { UserError } from "../errors.ts";
import { secretHash } from "../model/names.ts";
import type { RecordedVersion } from "../model/version.ts";

/** What the pods of a version are made from. */
export interface PodMaterial extends Pick<PodArgs, "app" | "files" | "secrets"> {
  /** Those of its hooks, which run with the pods' and with some of their own. */
  readonly hookSecrets: PodArgs["secrets"];
  readonly recorded: RecordedVersion;
}

/** What a version is made from by the project's files. @throws UserError where it cannot be made */
export async function podMaterial(
  config: Config,
  stage: string,
  name: string,
  directory: string,
): Promise<PodMaterial> {
  const version = versionOf(config, name);
  try {
    const files = await loadFiles(version.app, directory, [name]);
    const hookSecrets = secretValuesOf(version.app, stage, config);
    const secrets = podSecretsOf(version.app, hookSecrets);
    const hashes = {
      content: contentOf({ files, plan: { name: "", version: name } })?.name.slice(1),
      secret: secrets && secretHash(secrets.values, secrets.hashKey),
    };
    const recorded = toRecord(version, files, secrets);
    return { app: version.app, files, secrets, hookSecrets, recorded: { ...recorded, ...hashes } };
  } catch (error) {
    if (!(error instanceof UserError) || !Object.hasOwn(config.versions, name)) throw error;
    throw new UserError(`version ${name}: ${error.message}`, error.hint);
  }
}

interface StoredData {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** Undefined where it is not there, or may not be read: the way back then goes by the project. */
async function stored(api: KubernetesApi, path: string): Promise<StoredData | undefined> {
  try {
    return await api.get<StoredData>(path);
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/**
 * What a version was made from when it went live: by the release record, and by its ConfigMap and Secret, which stay until the
 * release is over. Undefined where one of them is not there, or is not understood any more.
 * @param tracks names of the Deployments that may have its objects
 */
export async function liveMaterial(
  api: KubernetesApi,
  { namespace, secretsKey }: Pick<Config, "namespace" | "secretsKey">,
  recorded: RecordedVersion,
  tracks: readonly string[],
): Promise<PodMaterial | undefined> {
  const version = versionFromRecord(recorded);
  if (!version) return undefined;
  const { app } = version;
  const read = async (hash: string | undefined, path: (namespace: string, name: string) => string) => {
    if (hash === undefined) return undefined;
    const objects = await Promise.all(
      tracks.map((track) => stored(api, path(namespace, `${track}-${hash}`))),
    );
    return objects.find((object) => object !== undefined);
  };
  const [content, secret] = await Promise.all([
    read(recorded.content, configMapPath),
    read(recorded.secret, secretPath),
  ]);
  const files = filesOf(app).flatMap((file): LoadedFile[] => {
    const [text, bytes] = [content?.data?.[file.key], content?.binaryData?.[file.key]];
    if (text !== undefined) return [{ ...file, content: text }];
    return bytes === undefined ? [] : [{ ...file, content: Buffer.from(bytes, "base64") }];
  });
  const values = podSecretNames(app).flatMap((name): [string, string][] => {
    const value = secret?.data?.[name];
    return value === undefined ? [] : [[name, Buffer.from(value, "base64").toString()]];
  });
  const isWhole = files.length === filesOf(app).length && values.length === podSecretNames(app).length;
  if (!isWhole || (values.length > 0 && secretsKey === undefined)) return undefined;
  const secrets =
    values.length > 0 ? { values: Object.fromEntries(values), hashKey: secretsKey ?? "" } : undefined;
  return { app, files, secrets, hookSecrets: secrets, recorded };
}
