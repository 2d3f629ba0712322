import type { ScalarTag, Tags } from "yaml";

/** `0440`: an octal number for Kubernetes and for Pulumi, as YAML 1.1 has it, where YAML 1.2 reads 440. */
const octal: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  test: /^0[0-7]+$/,
  // By its format a number is written again as it was read; what is new has none, and is decimal.
  identify: Number.isInteger,
  format: "OCTAL",
  resolve: (text) => Number.parseInt(text, 8),
  stringify: ({ source, value }) => source ?? String(value),
};

/** How the project's files and Kubernetes' are read, so that both say here what they say there. */
export const YAML_AS_KUBERNETES = { customTags: (tags: Tags): Tags => [octal, ...tags] };
