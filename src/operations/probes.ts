import type { KubernetesApi } from "../cluster/api.ts";
import { type OwnRequests, sendOwn } from "../judging/own-requests.ts";
import type { LiveStage, VerificationOptions } from "../verification/options.ts";
import { targetOf } from "../verification/target.ts";

/** Requests that a judgement sends itself, where users send few: how many a second, and where. */
export interface ProbeOptions
  extends Pick<VerificationOptions, "url" | "host" | "rule" | "ca" | "acceptSelfSigned"> {
  readonly perSecond: number;
}

/**
 * Begins to send, through the edge: whoever counts users' requests counts these as well, of both versions at the same time.
 * @throws UserError for an address that is none, or where the edge has none
 */
export async function startProbes(
  api: KubernetesApi,
  stage: LiveStage,
  probes: ProbeOptions,
  signal: AbortSignal,
): Promise<OwnRequests> {
  const { perSecond } = probes;
  return sendOwn(await targetOf(api, stage, probes), { release: stage.release, perSecond, signal });
}
