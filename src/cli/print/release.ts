import { releaseText } from "../../model/lifecycle.ts";
import type { ReleaseJson } from "../schemas.ts";

/** What stands in Pulumi.yaml now, and what to do with it. */
export const newReleaseText = ({ before, after, commit }: ReleaseJson): string =>
  `Pulumi.yaml: release ${releaseText(before)} is now ${releaseText(after)}.
Commit it, then begin:
  ${commit}
  canary promote`;
