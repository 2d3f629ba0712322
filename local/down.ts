import { STATE_DIR, stopEnvironment } from "./environment.ts";
import { createProgress } from "./progress.ts";

await stopEnvironment(STATE_DIR, createProgress());
