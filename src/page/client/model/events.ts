import type { PageEvent, PageState, SharePoint } from "../../contract.ts";

/** So many points are kept; an hour of one a second is 3,600. */
export const KEPT_POINTS = 10_000;

/** What is known after an event. Points are apart: they come one by one, and are appended in place. */
export function withEvent(state: PageState | undefined, event: PageEvent): PageState | undefined {
  switch (event.event) {
    case "state":
      return event.state;
    case "changed":
      return state && { ...state, ...event.changed };
    case "point":
      return state;
  }
}

/** Appends a point, and forgets the oldest ones beyond the limit, so that a page left open does not grow. */
export function appendPoint(points: SharePoint[], point: SharePoint, limit = KEPT_POINTS): void {
  points.push(point);
  if (points.length > limit) points.splice(0, points.length - limit);
}
