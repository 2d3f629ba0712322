import { z } from "zod";
import { containerResources } from "../quantities.ts";
import { initContainers, processShape, sidecars } from "./containers.ts";
import { hooks } from "./hooks.ts";
import { kubernetesFragment } from "./kubernetes.ts";
import { placementShape } from "./placement.ts";
import { ports } from "./ports.ts";
import { probes } from "./probes.ts";
import {
  absolutePath,
  foreignName,
  imageRepository,
  objectName,
  portNumber,
  seconds,
  secondsOrNone,
} from "./texts.ts";
import { volumes } from "./volumes.ts";

const serviceAccount = z.strictObject({
  name: foreignName,
  /** Whether the pods get a token for the API server. */
  mountToken: z.boolean().default(false),
});

/** Keys of `app` in Pulumi.yaml: the application that is released, whatever it is. */
export const appShape = {
  /** Names the application's objects: `shop`. */
  name: objectName,
  /** The image, without tag: `registry.example.com/shop`. */
  image: imageRepository,
  /** The port that is served: `8080`. */
  port: portNumber,
  ports,
  /** A pod is ready when it answers this by HTTP: `/healthz`. Needed unless `probes.readiness` says something else. */
  probePath: absolutePath.optional(),
  probes,
  /** `{ requests: { cpu: 50m, memory: 32Mi }, limits: { cpu: 500m, memory: 128Mi } }` */
  resources: containerResources,
  ...processShape,
  /** The one-file case of `files`: `{ path: /srv/index.html, text: "{version}" }`. */
  content: z.strictObject({ path: absolutePath, text: z.string().max(500_000) }).optional(),
  /** A stopping pod goes on serving for so long. */
  drainSeconds: seconds.default(15),
  /** A new pod has so long to start: then one whose port is shut is restarted. */
  startSeconds: seconds.default(60),
  /** A new pod counts as available when it has been ready for so long without a break. */
  minReadySeconds: secondsOrNone.default(0),
  /**
   * The user id in the containers, their group and that of their volumes: never root. `image`: each image's own user, which has to be a
   * number there, and no groups.
   */
  runAsUser: z
    .union(
      [
        z
          .int()
          .min(1, "must not be root")
          .max(2 ** 31 - 1),
        z.literal("image"),
      ],
      "must be the number of a user, or image for the image's own",
    )
    .default(65532),
  /** Folders that the container writes to; the rest of its file system is read-only. */
  writablePaths: z.array(absolutePath).default([]),
  volumes,
  initContainers,
  sidecars,
  hooks,
  ...placementShape,
  /** Secret with the credentials of the image's registry, made from `registryCredentials` or by somebody else. */
  pullSecret: objectName.optional(),
  /**
   * A ServiceAccount that somebody else made, with Workload Identity's annotation for example: `shop`, or `{ name: shop,
   * mountToken: true }` for pods that call the API server. Default: the namespace's, without a token.
   */
  serviceAccount: z
    .preprocess((value) => (typeof value === "string" ? { name: value } : value), serviceAccount)
    .optional(),
  /**
   * For pods that cannot keep the restricted Pod Security Standard: `{ standard: baseline, reason: "the image starts as root" }`. The
   * namespace then enforces no more than that. Default: restricted.
   */
  podSecurity: z.strictObject({ standard: z.literal("baseline"), reason: z.string().min(1) }).optional(),
  /**
   * For everything else: a piece of a Kubernetes PodSpec, merged over ours: lists of named things entry by entry, null takes
   * away: `{ dnsPolicy: None, dnsConfig: { nameservers: [10.0.0.10] }, containers: [{ name: shop, tty: true }] }`. Refused where
   * it would break the drain, readiness, rolling or the Pod Security Standard. Default: none.
   */
  pod: kubernetesFragment("PodSpec").optional(),
} as const;

export type AppConfig = z.infer<z.ZodObject<typeof appShape>>;
