import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { planSchema } from "./plan.ts";
import { Recorder } from "./recorder.ts";
import { Sender } from "./sender.ts";

/** What the load process tells its parent, besides its buckets. */
export type LoadMessage = { bucket: unknown } | { ready: true };

/**
 * The load process: `main.ts PLAN`, PLAN in JSON. It ends by itself at the plan's limits, when its parent sends "end",
 * and when that disconnects, after what is in flight has ended.
 */
async function main(plan: unknown): Promise<void> {
  const parsed = planSchema.parse(plan);
  const file = createWriteStream(parsed.recordFile);
  const recorder = new Recorder(Date.now(), (bucket) => {
    file.write(`${JSON.stringify(bucket)}\n`);
    tell({ bucket });
  });
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const sender = new Sender(parsed, recorder, end);
  const limit = setTimeout(end, parsed.maxSeconds * 1000);
  process.on("disconnect", end);
  process.on("message", end);
  sender.start();
  tell({ ready: true });
  await over;
  clearTimeout(limit);
  await sender.stop();
  recorder.advance(Date.now());
  recorder.close();
  file.end();
  await finished(file);
  if (process.connected) process.disconnect();
}

function tell(message: LoadMessage): void {
  if (process.connected) process.send?.(message);
}

await main(JSON.parse(process.argv[2] ?? "null"));
