import { z } from "zod";
import { type CheckOptions, typeProblems } from "../../model/kubernetes/check.ts";

type Value = Readonly<Record<string, unknown>>;

/**
 * A value in Kubernetes' own words, held against its API: an unknown key is refused with the nearest known one.
 * @param type its name in Kubernetes' API, for example `Toleration`
 */
export function kubernetesValue(type: string, options: CheckOptions = { isFragment: false }) {
  return z.custom<Value>().superRefine((value, context) => {
    for (const { path, message, known } of typeProblems(type, value, options)) {
      context.addIssue({ code: "custom", path: [...path], message, ...(known && { params: { known } }) });
    }
  });
}
