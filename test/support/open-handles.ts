/**
 * A root hook of mocha: a process that something keeps open after the last test is told what it is, and ended.
 * Without it, what a test forgot to close hides the results behind a pipeline's time limit.
 */
import whyIsNodeRunning from "why-is-node-running";

/** What ends by itself, such as idle kept-alive connections, is gone within this time. */
const GRACE_MS = 10_000;

export const mochaHooks = {
  afterAll(): void {
    setTimeout(() => {
      console.error(`\n${GRACE_MS / 1000} s after the last test something is still open:`);
      try {
        whyIsNodeRunning();
      } finally {
        process.exit();
      }
    }, GRACE_MS).unref();
  },
};
