import { createHmac } from "node:crypto";
import type { WebhookConfig } from "../config/notify.ts";
import { cloudEvent, type EventSource, eventText, type ReleaseEvent } from "../model/event.ts";

/** What is sent. */
export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface MessageOptions {
  readonly format: WebhookConfig["format"];
  readonly source: EventSource;
  /** Names this event and no other: the same at each attempt, so that a receiver can tell what it has already. */
  readonly id: string;
  /** Key of the signature. */
  readonly key: string | undefined;
  /** Values that must not be in it. */
  readonly secrets: readonly string[];
  /** Of the signature, in seconds since 1970. */
  readonly now: number;
}

/** An event as one webhook takes it. */
export function messageOf(
  event: ReleaseEvent,
  { format, source, id, key, secrets, now }: MessageOptions,
): Message {
  const content =
    format === "slack"
      ? { text: slackEscaped(withoutSecrets(eventText(event, source), secrets)) }
      : cloudEvent(withoutSecretsIn(event, secrets), source, id);
  const body = JSON.stringify(content);
  const type = format === "slack" ? "application/json" : "application/cloudevents+json; charset=utf-8";
  return {
    headers: { "Content-Type": type, ...(key !== undefined && signature({ id, now, body }, key)) },
    body,
  };
}

/**
 * Headers of the Standard Webhooks specification: HMAC-SHA256 over `ID.TIMESTAMP.BODY`, in Base64. A key that begins with
 * `whsec_` is in Base64 itself; any other is taken as it is.
 */
function signature(
  { id, now, body }: { readonly id: string; readonly now: number; readonly body: string },
  key: string,
) {
  const bytes = key.startsWith(BASE64_KEY)
    ? Buffer.from(key.slice(BASE64_KEY.length), "base64")
    : Buffer.from(key);
  const hash = createHmac("sha256", bytes).update(`${id}.${now}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(now), "webhook-signature": `v1,${hash}` };
}

const BASE64_KEY = "whsec_";

/** Only a reason has words that come from elsewhere: what an engine or a server said. */
const withoutSecretsIn = (event: ReleaseEvent, secrets: readonly string[]): ReleaseEvent =>
  event.reason === undefined ? event : { ...event, reason: withoutSecrets(event.reason, secrets) };

const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((left, secret) => left.replaceAll(secret, "[secret]"), text);

/** Slack's "Formatting text": these three have a meaning there. */
const slackEscaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
