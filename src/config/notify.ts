import { z } from "zod";
import { outsideSecretSchema, plainUrl } from "./outside-secret.ts";

const webhookSchema = z
  .strictObject({
    /** Address that is sent to; `{ environment: NAME }` or `{ file: PATH }` where who knows it can write there. */
    webhook: z.union([plainUrl, outsideSecretSchema], {
      error: "must be an address such as https://HOST/PATH, { environment: NAME } or { file: PATH }",
    }),
    /** Key of the signature, so that the receiver can tell who sent it. */
    secret: outsideSecretSchema.optional(),
    /** CloudEvents 1.0 as JSON, or what Slack's incoming webhooks take. */
    format: z.enum(["cloudevents", "slack"]).default("cloudevents"),
  })
  .refine(({ format, webhook }) => format !== "slack" || typeof webhook !== "string", {
    path: ["webhook"],
    message: "must be { environment: NAME } or { file: PATH }: who knows a Slack address can write there",
  })
  .refine(({ format, secret }) => format !== "slack" || secret === undefined, {
    path: ["secret"],
    message: "is of no use with format slack, which looks at no signature",
  });

/** Who is told of each move's beginning and end, and of each verdict. */
export const notifySchema = z.array(webhookSchema);

export type NotifyConfig = z.infer<typeof notifySchema>;
export type WebhookConfig = NotifyConfig[number];
