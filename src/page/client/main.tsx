import { render } from "preact";
import type { PageState } from "../contract.ts";
import { follow } from "./connection.ts";
import { Page } from "./page.tsx";
import { link, lose, minute, receive } from "./state.ts";

/** A page that was written to a file has its state in itself. */
const written = document.getElementById("state");

if (written) {
  link.value = { kind: "export", made: written.dataset.made ? new Date(written.dataset.made) : undefined };
  receive({ event: "state", state: JSON.parse(written.textContent ?? "") as PageState });
} else {
  const again = follow({
    open: ({ onText, onError }) => {
      const source = new EventSource("/events");
      source.onmessage = ({ data }: MessageEvent<string>) => onText(data);
      source.onerror = onError;
      return source;
    },
    onEvent: receive,
    onAway: lose,
  });
  // A machine that slept, or was without network: its connection may be dead without a word.
  addEventListener("online", again);
  setInterval(() => {
    minute.value = new Date();
  }, 60_000);
}

const root = document.getElementById("page");
if (!root) throw new Error("the page has no element #page");
render(<Page />, root);
