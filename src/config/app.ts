import { z } from "zod";
import { requireApp } from "./app/checks.ts";
import { appShape } from "./app/shape.ts";

export type { AppConfig } from "./app/shape.ts";

/** The application that is released, and what it needs: each key alone, and how they fit together. */
export const appSchema = z.strictObject(appShape).superRefine(requireApp);
