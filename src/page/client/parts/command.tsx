import { useSignal } from "@preact/signals";
import { announced } from "../state.ts";
import { Icon } from "./icon.tsx";

const SAID_MS = 2000;

/** A line for a shell, and a button that copies it. */
export function CommandLine({ line }: { readonly line: string }) {
  const copied = useSignal(false);
  const copy = async () => {
    await navigator.clipboard.writeText(line);
    copied.value = true;
    announced.value = "The command is copied.";
    setTimeout(() => {
      copied.value = false;
    }, SAID_MS);
  };
  return (
    <div class="command">
      <code>{line}</code>
      <button type="button" class="quiet" aria-label={`Copy: ${line}`} title="copy" onClick={copy}>
        <Icon name={copied.value ? "good" : "copy"} />
        {copied.value && "copied"}
      </button>
    </div>
  );
}
