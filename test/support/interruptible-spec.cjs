/**
 * Mocha's `spec` reporter, which prints what it knows when a signal ends the run: the test that was running and the
 * list of failures so far. Mocha itself dies of the signal and prints nothing, so that an hour of tests would end
 * without a word about what failed. CommonJS, because mocha loads reporters by `require`.
 */
const { reporters } = require("mocha");

const INTERRUPTED = 130;

module.exports = class InterruptibleSpec extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    let running;
    for (const event of ["test", "hook"])
      runner.on(event, (runnable) => {
        running = runnable;
      });
    // One Ctrl-C arrives several times: from the terminal, from the runner, and from mocha's parent process, which sends
    // SIGTERM right behind SIGINT. Either may be seen first, so that the message names none.
    let isOver = false;
    for (const signal of ["SIGINT", "SIGTERM"])
      process.on(signal, () => {
        if (isOver) return;
        isOver = true;
        const where = running ? ` in "${running.fullTitle()}"` : "";
        console.log(`\ninterrupted${where}: the tests after it did not run`);
        runner.stats.duration = Date.now() - runner.stats.start;
        this.epilogue();
        process.exit(INTERRUPTED);
      });
  }
};
