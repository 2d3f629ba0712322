import { z } from "zod";

/** What Kubernetes accepts as a name (RFC 1123 label), short enough for our suffixes. */
export const objectName = z
  .string()
  .regex(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/, "must be lower-case letters, digits and dashes, 40 at most");

/** Name of an object that somebody else made: RFC 1123 subdomain. */
export const foreignName = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
    "must be the name of an object: lower-case letters, digits, - and .",
  );

/** Key in a ConfigMap or Secret. */
export const dataKey = z
  .string()
  .max(253)
  .regex(/^[-._a-zA-Z0-9]+$/, "must be a key of a Secret or ConfigMap: letters, digits, -, _ and .");

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** Whether a version's image is named by its content, which no registry can change. */
export const isDigest = (image: string): boolean => DIGEST.test(image);

/** A tag or a digest of the application's image. Source of both forms: OCI distribution specification. */
export const version = z
  .string("must be a text in quotes: YAML reads 2.10 as the number 2.1")
  .refine(
    (text) => TAG.test(text) || isDigest(text),
    "must be an image tag such as 2.4.20, or sha256:<64 hex digits>",
  );

const REPOSITORY_PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const REPOSITORY_TEXT = `(?:[a-zA-Z0-9.-]+(?::[0-9]+)?/)?${REPOSITORY_PART}(?:/${REPOSITORY_PART})*`;
const REPOSITORY = new RegExp(`^${REPOSITORY_TEXT}$`);
const REFERENCE = new RegExp(
  `^${REPOSITORY_TEXT}(?::(?!latest$)[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
);

export const imageRepository = z
  .string()
  .regex(REPOSITORY, "must be an image reference without tag or digest: the versions are the release's");

/** An image that is not the application's: with a tag that stays, or a digest. */
export const imageReference = z
  .string()
  .refine(
    (text) => REFERENCE.test(text) && !REPOSITORY.test(text),
    "must be an image with a tag that stays, such as proxy:1.27.3, or with a digest",
  );

export const absolutePath = z.string().startsWith("/", "must be an absolute path");

const PORT = "must be a port number from 1 to 65535";
export const portNumber = z.int(PORT).min(1, PORT).max(65535, PORT);

const SECONDS = "must be a whole number of seconds from 1 to 3600";
export const seconds = z.int(SECONDS).min(1, SECONDS).max(3600, SECONDS);
const SECONDS_OR_NONE = "must be a whole number of seconds from 0 to 3600";
export const secondsOrNone = z.int(SECONDS_OR_NONE).min(0, SECONDS_OR_NONE).max(3600, SECONDS_OR_NONE);
