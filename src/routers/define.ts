import { z } from "zod";
import { versionOf } from "../config/app/versions.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { FoundationConfig } from "../config/foundation.ts";
import type { RouterSchema } from "../config/router-schema.ts";
import type { Config } from "../config/stage.ts";
import { imageReference } from "../model/names.ts";
import type { RoutedTrack, StagePlan, TrackPlan } from "../model/plan.ts";
import { VERSION_MARK } from "../model/version.ts";
import type { Edge, Router, RouterConfig, RouterDefinition, RouterFoundation } from "./router.ts";

/**
 * A router from its schema and what it does with values of that schema. The rest of the program hands it any
 * configuration; its own values are read from it by the schema that parsed them, so their types hold without a cast,
 * and a configuration of another router is an error here and not a wrong edge.
 */
export function defineRouter<S extends RouterSchema>(schema: S, own: RouterDefinition<S>): Router {
  const configOf = (config: Config): RouterConfig<S> => {
    const edge = read<S["edge"]>(schema.edge, config.edge);
    const replicas = read<S["replicas"]>(schema.replicas, config.replicas);
    return Object.assign({}, config, { edge, replicas });
  };
  const foundationOf = (config: FoundationConfig): RouterFoundation<S> => {
    const edge = read<S["edge"]>(schema.edge, config.edge);
    const cluster: ClusterConfig & z.output<S["cluster"]> = Object.assign(
      {},
      config.cluster,
      read<S["cluster"]>(schema.cluster, config.cluster),
    );
    const secrets = read<S["secrets"]>(schema.secrets, config);
    return Object.assign({}, config, { edge, cluster }, secrets);
  };
  const loadEdge = async (): Promise<Edge> => {
    const { declareFoundation, declare, untilFollowed } = await own.loadEdge();
    return {
      declareFoundation: (args) => declareFoundation({ ...args, config: foundationOf(args.config) }),
      declare: (name, args, options) => declare(name, { ...args, config: configOf(args.config) }, options),
      untilFollowed: untilFollowed && ((args) => untilFollowed({ ...args, config: configOf(args.config) })),
    };
  };
  return {
    ...own,
    schema,
    requires: (config) => own.requires(configOf(config)),
    foundationRequires: (config) => own.foundationRequires(foundationOf(config)),
    deployerRules: (config) => own.deployerRules(foundationOf(config)),
    admission: (config) => own.admission(foundationOf(config)),
    network: (config) => own.network(foundationOf(config)),
    mostPods: ({ replicas }) => own.mostPods({ replicas: read<S["replicas"]>(schema.replicas, replicas) }),
    edgePods: (config) => own.edgePods?.(foundationOf(config)),
    onGke: (config, cluster) => own.onGke(foundationOf(config), cluster),
    check: async (api, config, plan) => own.check?.(api, configOf(config), plan),
    checkFoundation: async (api, config) => own.checkFoundation?.(api, foundationOf(config)),
    plan: (config) => withVersions(own.plan(configOf(config)), config),
    addressPath: (config) => own.addressPath(configOf(config)),
    edgePaths: (config) => own.edgePaths(configOf(config)),
    entrance: (config) => own.entrance(configOf(config)),
    statisticsUrl: (config) => own.statisticsUrl?.(configOf(config)),
    readTraffic: (api, config) => own.readTraffic(api, configOf(config)),
    loadEdge,
  };
}

/** The plan with each track's image, and with the name of its version as a mark of its pods where the image does not tell it. */
function withVersions({ tracks, ...plan }: StagePlan<RoutedTrack>, config: Config): StagePlan {
  const withVersion = (track: RoutedTrack): TrackPlan => {
    const { image } = versionOf(config, track.version);
    const mark: Readonly<Record<string, string>> =
      image === track.version ? {} : { [VERSION_MARK]: track.version };
    return {
      ...track,
      image: imageReference(config.app.image, image),
      annotations: { ...track.annotations, ...mark },
    };
  };
  return { ...plan, tracks: { previous: withVersion(tracks.previous), canary: withVersion(tracks.canary) } };
}

const read = <T extends z.ZodType>(schema: T, value: unknown): z.output<T> => z.parse(schema, value);
