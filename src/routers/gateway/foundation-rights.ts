/** What to do about a right that the deployer lacks: it has what the foundation of today gives. */
export const ASK_FOUNDATION =
  "The foundation gives it that right: apply it again, with canary foundation, or pulumi up of its stack.";
