import { render } from "preact";
import type { PageState } from "../contract.ts";
import { follow } from "./connection.ts";
import { Page } from "./page.tsx";
import { link, lose, minute, receive } from "./state.ts";
import "uplot/dist/uPlot.min.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/top.css";
import "./styles/charts.css";
import "./styles/objects.css";
import "./styles/steering.css";
import "./styles/history.css";

/** A page that was written to a file has its state in itself. */
const written = document.getElementById("state");

if (written) {
  link.value = { kind: "export", made: written.dataset.made ? new Date(written.dataset.made) : undefined };
  receive({ event: "state", state: JSON.parse(written.textContent ?? "") as PageState });
} else {
  const again = follow({
    open: () => new EventSource("/events"),
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
