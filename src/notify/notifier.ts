import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { NotifyConfig, WebhookConfig } from "../config/notify.ts";
import type { OutsideSecret } from "../config/outside-secret.ts";
import { UserError } from "../errors.ts";
import type { EventSource, ReleaseEvent } from "../model/event.ts";
import { readOutsideSecret } from "../project/outside-secret.ts";
import { DELIVERY, type DeliveryOptions, deliver } from "./delivery.ts";
import { messageOf } from "./message.ts";

/** Tells webhooks what happens to a release. */
export interface Notifier {
  /** Sends an event to all of them, beside what goes on: nothing waits for it, and nothing fails for it. */
  readonly tell: (event: ReleaseEvent) => void;
  /**
   * Waits for what is under way, for so long at most, and gives it up then.
   * @returns a line for each event that a webhook did not get
   */
  readonly end: () => Promise<readonly string[]>;
}

export interface NotifierOptions {
  readonly source: EventSource;
  /** The project's folder. */
  readonly directory: string;
  /** Secrets that must not be in what is sent, besides those of the webhooks themselves. */
  readonly kept: readonly OutsideSecret[];
  readonly delivery?: Omit<DeliveryOptions, "signal">;
  /** Milliseconds that the end waits for what is under way. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 10_000;

/** @param webhooks without any, nothing is sent */
export function notifierTo(webhooks: NotifyConfig, options: NotifierOptions): Notifier {
  const { source, directory, kept, delivery = DELIVERY, patienceMs = PATIENCE_MS } = options;
  const over = new AbortController();
  const undelivered: string[] = [];
  const keptValues = Promise.all(kept.map((secret) => valueIfThere(secret, directory)));
  const send = async (webhook: WebhookConfig, at: number, event: ReleaseEvent, id: string): Promise<void> => {
    const { url, key } = await readWebhook(webhook, at, directory);
    const hidden = typeof webhook.webhook === "string" ? [] : [url.href];
    const secrets = [...hidden, ...(key ? [key] : []), ...(await keptValues)].filter((value) => value !== "");
    const now = Math.floor(Date.now() / 1000);
    const message = messageOf(event, { format: webhook.format, source, id, key, secrets, now });
    await deliver(url, message, { ...delivery, signal: over.signal });
  };
  // To each webhook in the order in which it happened.
  let queues = webhooks.map(() => Promise.resolve());
  return {
    tell: (event) => {
      const id = randomUUID();
      queues = webhooks.map((webhook, at) =>
        (queues[at] ?? Promise.resolve())
          .then(() => send(webhook, at, event, id))
          .catch((error: Error) => void undelivered.push(lineOf(event, at, error))),
      );
    },
    end: async () => {
      const patience = delay(patienceMs, undefined, { signal: over.signal }).catch(() => undefined);
      await Promise.race([Promise.all(queues), patience]);
      over.abort();
      await Promise.all(queues);
      return undelivered;
    },
  };
}

const lineOf = ({ kind, stage }: ReleaseEvent, at: number, error: Error): string =>
  `notify[${at}] was not told of the ${kind} of ${stage}: ${error.message}`;

async function readWebhook({ webhook, secret }: WebhookConfig, at: number, directory: string) {
  const address =
    typeof webhook === "string"
      ? webhook
      : await readOutsideSecret(webhook, `notify[${at}].webhook`, directory);
  if (!/^https?:/.test(address) || !URL.canParse(address)) {
    throw new UserError(`notify[${at}].webhook holds no address that begins with https://`, "Set it to one.");
  }
  const key = secret && (await readOutsideSecret(secret, `notify[${at}].secret`, directory));
  return { url: new URL(address), key };
}

const valueIfThere = (secret: OutsideSecret, directory: string): Promise<string> =>
  readOutsideSecret(secret, "", directory).catch(() => "");
