import { execa } from "execa";

/** Whether a kubectl of that name can be run. */
export const hasKubectl = (kubectl: string): Promise<boolean> =>
  execa(kubectl, ["version", "--client"]).then(
    () => true,
    () => false,
  );
