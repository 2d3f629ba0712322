/** Two parts of the configuration that do not fit together. */
export interface Misfit {
  /** From `app` on. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A path from `app` on, as messages say it: `app.sidecars[0].ports`. */
export const placeText = (at: readonly (string | number)[]): string =>
  `app${at
    .map((part) => {
      if (typeof part === "number") return `[${part}]`;
      return /^[\w-]+$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
    })
    .join("")}`;
