import { moment, utc } from "../model/times.ts";
import { minute, zone } from "../state.ts";

/** A moment in the viewer's zone, with UTC for whoever points at it; the key `u` turns all of them to UTC. */
export function When({ time }: { readonly time: string | Date }) {
  const at = new Date(time);
  return (
    <time class="when" dateTime={at.toISOString()} title={utc(at)}>
      {moment(at, zone.value, minute.value)}
    </time>
  );
}
