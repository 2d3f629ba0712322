import type { ContenderName } from "./contender.ts";
import { type Controller, startController } from "./controllers.ts";
import { isPeer, type PeerName } from "./programs.ts";
import { beginTurn, type Turn, type TurnOptions } from "./turn.ts";
import type { World } from "./world.ts";

/** Turns with the controllers that they need and no other; all of it is gone afterwards. */
export async function withTurns<T>(
  names: readonly ContenderName[],
  options: Omit<TurnOptions, "controllers">,
  world: World,
  work: (turns: readonly Turn[]) => Promise<T>,
): Promise<T> {
  const controllers: Partial<Record<PeerName, Controller>> = {};
  const turns: Turn[] = [];
  try {
    for (const name of names) {
      if (isPeer(name)) controllers[name] = await startController(name, world);
      turns.push(await beginTurn(name, world, { ...options, controllers }));
    }
    return await work(turns);
  } finally {
    await Promise.all(turns.map((turn) => turn.end()));
    await Promise.all(Object.values(controllers).map((controller) => controller.stop()));
  }
}

/** One turn. */
export function withTurn<T>(
  name: ContenderName,
  options: Omit<TurnOptions, "controllers">,
  world: World,
  work: (turn: Turn) => Promise<T>,
): Promise<T> {
  return withTurns([name], options, world, ([turn]) => {
    if (!turn) throw new Error(`no turn of ${name} was begun`);
    return work(turn);
  });
}
