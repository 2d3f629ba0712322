import { join } from "node:path";
import { execaNode } from "execa";
import type { Answer, WayOptions } from "./moves.ts";
import type { Moved, Step, Way } from "./ways.ts";

/** A way whose moves are made by a process of its own. */
export interface Mover {
  readonly way: Way;
  /** Ends the process. */
  end(): Promise<void>;
}

/**
 * Starts the process of a way in a session of its own, which has a priority of its own.
 * @throws Error when the way cannot be prepared
 */
export async function startMover(options: WayOptions): Promise<Mover> {
  const child = execaNode(join(import.meta.dirname, "moves.ts"), [JSON.stringify(options)], {
    ipc: true,
    detached: true,
    reject: false,
    stdio: ["ignore", "inherit", "inherit"],
  });
  movedOf((await child.getOneMessage()) as Answer);
  const move = async (step: Step): Promise<Moved> => {
    const [answer] = await Promise.all([child.getOneMessage(), child.sendMessage({ ...step })]);
    const moved = movedOf(answer as Answer);
    if (!moved) throw new Error(`the move to ${step.stage} came to nothing`);
    return moved;
  };
  const { name, namespace } = options;
  return {
    way: { name, namespace, move },
    end: async () => {
      child.kill();
      await child;
    },
  };
}

function movedOf(answer: Answer): Moved | null {
  if ("error" in answer) throw new Error(answer.error);
  return answer.moved;
}
