import { settingText } from "../../config/app/setting-changes.ts";
import { releaseText } from "../../model/lifecycle.ts";
import type { ReleaseJson } from "../../results/schemas.ts";

/** What stands in Pulumi.yaml now, and what to do with it. */
export const newReleaseText = ({ before, after, settings, commit }: ReleaseJson): string =>
  `Pulumi.yaml: release ${releaseText(before)} is now ${releaseText(after)}.
${settings.map((change) => `  ${settingText(change)}`).join("\n")}
Commit it, then begin:
  ${commit}
  canary promote`;
