import { readFile } from "node:fs/promises";
import { UserError } from "../../errors.ts";
import type { ControllerConfig } from "./controller.ts";
import { licenseState } from "./license-dates.ts";
import type { VoyagerFoundation } from "./schema.ts";

/** The text of Voyager's licence, and what the operator of the stack should know about it. */
export interface License {
  /** Undefined when there is none yet. */
  readonly text: string | undefined;
  readonly warning: string | undefined;
}

const HOW_TO_SET = "pulumi config set --secret voyagerLicense < FILE";

const MISSING = `Voyager has no licence: the operator is installed but does not start, and nothing is served.
The vendor issues a licence for one cluster, by the uid of its namespace kube-system. Once the cluster is there: \
kubectl get namespace kube-system -o jsonpath={.metadata.uid}; get the licence for it; ${HOW_TO_SET}; apply again.`;

/**
 * Voyager's licence, from the secret `voyagerLicense` or from `cluster.voyager.licenseFile`. One that is missing or
 * over is a warning and no error: a new cluster cannot have one, and an old one must not stop a rollback.
 * @throws UserError when both are set, when the file cannot be read, or when the text is no licence
 */
export async function voyagerLicense(
  { voyagerLicense: secret }: Pick<VoyagerFoundation, "voyagerLicense">,
  { licenseFile }: ControllerConfig,
  now: Date,
): Promise<License> {
  if (secret !== undefined && licenseFile !== undefined) {
    throw new UserError(
      `Voyager's licence is given twice: in the secret voyagerLicense and in cluster.voyager.licenseFile (${licenseFile})`,
      "Remove one of them.",
    );
  }
  const text = secret ?? (licenseFile === undefined ? undefined : await readLicenseFile(licenseFile));
  if (text === undefined) return { text, warning: MISSING };
  return { text, warning: warningOf(text, licenseFile ?? "the secret voyagerLicense", now) };
}

async function readLicenseFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UserError(
      `cluster.voyager.licenseFile is ${file}: ${(error as Error).message}`,
      `Name a file that exists, or keep the licence in the stack: ${HOW_TO_SET}`,
    );
  }
}

function warningOf(text: string, source: string, now: Date): string | undefined {
  const license = licenseState(text, now);
  switch (license.state) {
    case "unreadable":
      throw new UserError(
        `${source} is no licence of Voyager: it has no certificate that can be read`,
        `Set the whole file, from -----BEGIN CERTIFICATE----- on: ${HOW_TO_SET}`,
      );
    case "valid":
      return undefined;
    case "ending":
      return `Voyager's licence ends on ${day(license.until)}. Get another one in time: ${HOW_TO_SET}`;
    case "expired":
      return `Voyager's licence ended on ${day(license.until)}: the operator no longer follows changes of pods and weights. Get another one: ${HOW_TO_SET}`;
    case "not yet valid":
      return `Voyager's licence begins on ${day(license.from)}: until then the operator does not start.`;
  }
}

const day = (date: Date): string => date.toISOString().slice(0, 10);
