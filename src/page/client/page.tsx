import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { Gate } from "./charts/gate.tsx";
import { ShareOverTime } from "./charts/share.tsx";
import { listenToKeys } from "./keys.ts";
import { titleOf } from "./model/title.ts";
import { Confirmation } from "./parts/confirm.tsx";
import { Drift } from "./parts/drift.tsx";
import { Header } from "./parts/header.tsx";
import { History } from "./parts/history.tsx";
import { Keys } from "./parts/keys.tsx";
import { Notices } from "./parts/notices.tsx";
import { Objects } from "./parts/objects.tsx";
import { Overview } from "./parts/overview.tsx";
import { Steering } from "./parts/steering.tsx";
import { announced, isStale, live, project } from "./state.ts";

/** The whole page. What is stale is grey, and says so above. */
export function Page() {
  const showsKeys = useSignal(false);
  const showKeys = () => {
    showsKeys.value = true;
  };
  // Before it is painted: what can be seen can be asked for.
  useLayoutEffect(() => listenToKeys(showKeys), []);
  useEffect(() => {
    document.title = titleOf(project.value, live.value, isStale.value);
  }, [project.value, live.value, isStale.value]);
  return (
    <>
      <Header onKeys={showKeys} />
      <Notices />
      <main class={isStale.value ? "stale" : ""}>{project.value && <Subjects />}</main>
      <p class="unseen" role="status">
        {announced}
      </p>
      <Confirmation />
      {showsKeys.value && (
        <Keys
          onClose={() => {
            showsKeys.value = false;
          }}
        />
      )}
    </>
  );
}

function Subjects() {
  return (
    <>
      <Overview />
      <Steering />
      <div class="subjects">
        <ShareOverTime />
        <Gate />
        <Drift />
        <Objects />
      </div>
      <History />
    </>
  );
}
