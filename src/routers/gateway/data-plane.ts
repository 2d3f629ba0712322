import { UserError } from "../../errors.ts";
import type { Reading } from "../../gate/counters.ts";
import { TRACKS } from "../../model/names.ts";
import type { DataPlane, ServedStage } from "../live-share.ts";
import { askEnvoy, type EnvoyView } from "./envoy.ts";

/** Envoy, as the rest of the program asks it. */
export const envoy: DataPlane = {
  name: "Envoy",
  statistics: "Envoy's admin address, http://HOST:PORT",
  tellsNamespaces: true,
  appliedShare: async (url, stage) => {
    const { shares } = await viewOfOurs(url, stage);
    // While one listener has followed and another has not: the one that is still to come.
    const distance = (share: number) => Math.abs(share - stage.plan.effectiveCanary);
    return [...shares].sort((a, b) => distance(b) - distance(a))[0];
  },
  counters: async (url, stage): Promise<Reading> => {
    const { endpoints } = await viewOfOurs(url, stage);
    const counters = TRACKS.flatMap((track) =>
      endpoints[track].map(({ address, requests, failed, active }) => [
        `${url} ${stage.plan.tracks[track].name} ${address}`,
        { track, requests, failed, waiting: active },
      ]),
    );
    return Object.fromEntries(counters);
  },
};

/** @throws UserError when it cannot be asked, or leads nothing to the application */
async function viewOfOurs(url: string, stage: ServedStage): Promise<EnvoyView> {
  const view = await askEnvoy(url, stage);
  if (TRACKS.some((track) => view.endpoints[track].length > 0) || view.shares.length > 0) return view;
  const { previous, canary } = stage.plan.tracks;
  throw new UserError(
    `Envoy at ${url} has no cluster of Service ${previous.name} or ${canary.name} in namespace ${stage.namespace}`,
    "Name the admin address of an Envoy that serves this application's Gateway; its controller has to be Contour.",
  );
}
