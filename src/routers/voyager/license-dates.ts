import { X509Certificate } from "node:crypto";

/** How long before its end a licence is worth a word: time enough to get another one. */
export const LICENSE_NOTICE_DAYS = 30;

const DAY_MS = 86_400_000;

/** What a licence file says about itself. */
export type LicenseState =
  | { readonly state: "unreadable" }
  | {
      readonly state: "valid" | "ending" | "expired" | "not yet valid";
      readonly from: Date;
      readonly until: Date;
    };

/** A licence of AppsCode is an X.509 certificate in PEM; its dates are those of the licence. */
export function licenseState(text: string, now: Date): LicenseState {
  const certificate = readCertificate(text);
  if (!certificate) return { state: "unreadable" };
  const [from, until] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  return { state: stateBetween(from, until, now), from, until };
}

function stateBetween(from: Date, until: Date, now: Date) {
  if (now < from) return "not yet valid";
  if (now > until) return "expired";
  return until.getTime() - now.getTime() < LICENSE_NOTICE_DAYS * DAY_MS ? "ending" : "valid";
}

function readCertificate(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    return undefined;
  }
}
