import { z } from "zod";
import { typeProblems } from "../../model/kubernetes/check.ts";

type Value = Readonly<Record<string, unknown>>;

/**
 * A value in Kubernetes' own words, held against its API: an unknown key is refused with the nearest known one.
 * @param type its name in Kubernetes' API, for example `Toleration`
 * @param elsewhere required keys that the configuration has in another place
 */
export const kubernetesValue = (type: string, elsewhere: Value = {}) =>
  checkedBy((value) =>
    typeProblems(type, isObject(value) ? { ...elsewhere, ...value } : value, { isFragment: false }),
  );

/** A piece of such a value, to be merged over another: what is required may be in that one. */
export const kubernetesFragment = (type: string) =>
  checkedBy((value) => typeProblems(type, value, { isFragment: true }));

function checkedBy(problemsOf: (value: unknown) => ReturnType<typeof typeProblems>) {
  return z.custom<Value>().superRefine((value, context) => {
    for (const { path, message, known } of problemsOf(value)) {
      context.addIssue({ code: "custom", path: [...path], message, ...(known && { params: { known } }) });
    }
  });
}

const isObject = (value: unknown): value is Value => typeof value === "object" && value !== null;
