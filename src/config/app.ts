import { z } from "zod";
import { containerResources } from "./quantities.ts";

/** What Kubernetes accepts as a name (RFC 1123 label), short enough for our suffixes. */
export const objectName = z
  .string()
  .regex(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/, "must be lower-case letters, digits and dashes, 40 at most");

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** A tag or a digest of the application's image. Source of both forms: OCI distribution specification. */
export const version = z
  .string("must be a text in quotes: YAML reads 2.10 as the number 2.1")
  .refine(
    (text) => TAG.test(text) || DIGEST.test(text),
    "must be an image tag such as 2.4.20, or sha256:<64 hex digits>",
  );

const REPOSITORY_PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const REPOSITORY = new RegExp(`^(?:[a-zA-Z0-9.-]+(?::[0-9]+)?/)?${REPOSITORY_PART}(?:/${REPOSITORY_PART})*$`);

const imageRepository = z
  .string()
  .regex(REPOSITORY, "must be an image reference without tag or digest: the versions are the release's");

const PORT = "must be a port number from 1 to 65535";
const SECONDS = "must be a whole number of seconds from 1 to 3600";
const seconds = z.int(SECONDS).min(1, SECONDS).max(3600, SECONDS);
const SECONDS_OR_NONE = "must be a whole number of seconds from 0 to 3600";
const absolutePath = z.string().startsWith("/", "must be an absolute path");

/** The application that is released, whatever it is. */
export const appSchema = z.strictObject({
  name: objectName,
  image: imageRepository,
  port: z.int(PORT).min(1, PORT).max(65535, PORT),
  probePath: absolutePath,
  resources: containerResources,
  /** A file mounted into the container; `{version}` in its text is the version of the track. */
  content: z.strictObject({ path: absolutePath, text: z.string().max(500_000) }).optional(),
  /** A stopping pod goes on serving for so long. */
  drainSeconds: seconds.default(15),
  /** A new pod has so long to start: then one whose port is shut is restarted. */
  startSeconds: seconds.default(60),
  /** A new pod counts as available when it has been ready for so long without a break. */
  minReadySeconds: z.int(SECONDS_OR_NONE).min(0, SECONDS_OR_NONE).max(3600, SECONDS_OR_NONE).default(0),
  /** The user id in the container: never root. */
  runAsUser: z
    .int("must be the number of a user")
    .min(1, "must not be root")
    .max(2 ** 31 - 1)
    .default(65532),
  /** Folders that the container writes to; the rest of its file system is read-only. */
  writablePaths: z.array(absolutePath).default([]),
  /** Secret with the credentials of the image's registry, made from `registryCredentials` or by somebody else. */
  pullSecret: objectName.optional(),
});

export type AppConfig = z.infer<typeof appSchema>;
