import { useSignal } from "@preact/signals";
import { act, drop, type Intent, intent, previewed, refused } from "../intent.ts";
import { withReason } from "../model/actions.ts";
import { isConnected, project } from "../state.ts";
import { CommandLine } from "./command.tsx";
import { Dialog } from "./dialog.tsx";
import { Icon } from "./icon.tsx";
import { Preview } from "./preview.tsx";

/** What is about to be done: the exact preview, the command that would do the same, and a word to type. */
export function Confirmation() {
  const now = intent.value;
  return now ? <Intended key={now.possibility.title} now={now} /> : null;
}

function Intended({ now: { possibility, looksOnly } }: { readonly now: Intent }) {
  const { kind, stage, title } = possibility;
  const reason = useSignal("");
  const answer = previewed.value;
  const isRefused = answer !== undefined && "refused" in answer;
  const acts = !looksOnly && !isRefused && project.value?.control === true;
  return (
    <Dialog title={looksOnly ? `What moving to ${stage} would change` : title} onClose={drop}>
      <div class="dialog-body">
        {kind === "judge" ? (
          <p>
            The gate looks at both versions' requests until it can say something. It changes nothing, and can
            be stopped at any time.
          </p>
        ) : (
          <PreviewPart stage={stage} />
        )}
        <CommandLine
          line={
            kind === "abort" ? withReason(possibility.commandLine, reason.value) : possibility.commandLine
          }
        />
      </div>
      {acts && (
        <ConfirmForm
          possibility={possibility}
          isReady={kind === "judge" || answer !== undefined}
          reason={reason}
        />
      )}
      {refused.value && <RefusalText {...refused.value} />}
    </Dialog>
  );
}

function PreviewPart({ stage }: { readonly stage: string }) {
  const answer = previewed.value;
  if (!answer)
    return (
      <p class="waiting" role="status">
        The engine previews {stage}. That takes some seconds.
      </p>
    );
  return "refused" in answer ? <RefusalText {...answer.refused} /> : <Preview preview={answer.preview} />;
}

function RefusalText({ message, hint }: { readonly message: string; readonly hint: string }) {
  return (
    <div class="notice notice-bad" role="alert">
      <Icon name="bad" />
      <p>
        <strong>{message}</strong> {hint}
      </p>
    </div>
  );
}

interface FormProps {
  readonly possibility: Intent["possibility"];
  readonly isReady: boolean;
  readonly reason: { value: string };
}

function ConfirmForm({ possibility: { kind, stage, title, confirmation }, isReady, reason }: FormProps) {
  const typed = useSignal("");
  const isConfirmed = confirmation === undefined || typed.value === confirmation;
  const isAllowed = isReady && isConfirmed && isConnected.value;
  const submit = (event: Event) => {
    event.preventDefault();
    if (isAllowed) void act(confirmation ?? stage, reason.value);
  };
  return (
    <form class="confirm" onSubmit={submit}>
      {kind === "abort" && (
        <label>
          Why, for the record
          <input
            data-first
            value={reason.value}
            onInput={({ currentTarget }) => {
              reason.value = currentTarget.value;
            }}
          />
        </label>
      )}
      {confirmation !== undefined && (
        <label>
          <span>
            Type <code>{confirmation}</code> to confirm
          </span>
          <input
            data-first
            autoComplete="off"
            spellcheck={false}
            value={typed.value}
            onInput={({ currentTarget }) => {
              typed.value = currentTarget.value;
            }}
          />
        </label>
      )}
      <button type="submit" class={kind === "abort" ? "danger" : "primary"} disabled={!isAllowed}>
        {title}
      </button>
    </form>
  );
}
