import type { Json } from "./manifest.ts";

/**
 * An object of Kubernetes from which keys are taken one by one: what is left in the end has no key of `app`, and goes into
 * `app.pod`.
 */
export class Remaining {
  private readonly left: Record<string, unknown>;

  constructor(of: Json) {
    this.left = { ...of };
  }

  take<T = unknown>(key: string): T | undefined {
    const value = this.left[key];
    delete this.left[key];
    return value as T | undefined;
  }

  /** Takes a key away where its value is what Kubernetes has without it. */
  dropDefault(key: string, value: unknown): void {
    if (this.left[key] === value) delete this.left[key];
  }

  get rest(): Json {
    return { ...this.left };
  }
}

/** Without keys whose value says nothing: undefined, and empty lists and maps. */
export function compact(values: Json): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([, value]) =>
        value !== undefined &&
        !(typeof value === "object" && value !== null && Object.keys(value).length === 0),
    ),
  );
}
