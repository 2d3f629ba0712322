import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ReleaseRecord, toData } from "../model/record.ts";
import { beforeChange } from "./hooks.ts";
import { applicationMetadata } from "./metadata.ts";

export interface StoredRecordArgs {
  /** Name of the ConfigMap. */
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
  readonly record: ReleaseRecord;
  /** Awaited before the record is written: what it says has to be so. */
  readonly beforeChange: () => Promise<void>;
  /** Done once it is written. */
  readonly afterChange: () => Promise<void>;
}

/** What is live, written down in the cluster once everything else of a stage is in place. */
export class StoredRecord extends pulumi.ComponentResource {
  readonly configMap: k8s.core.v1.ConfigMap;

  constructor(name: string, args: StoredRecordArgs, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:ReleaseRecord", name, {}, options);
    this.configMap = new k8s.core.v1.ConfigMap(
      name,
      { metadata: applicationMetadata(args.name, args.namespace), data: toData(args.record) },
      {
        parent: this,
        hooks: {
          ...beforeChange(args.beforeChange).hooks,
          afterCreate: [args.afterChange],
          afterUpdate: [args.afterChange],
        },
      },
    );
    this.registerOutputs({ record: this.configMap.metadata.name });
  }
}
