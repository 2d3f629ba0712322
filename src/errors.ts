/** What a user of the program or of the command can cause and mend: said in words, without a stack trace. */
export class UserError extends Error {
  override readonly name: string = "UserError";
  readonly hint: string;

  /**
   * @param message what is wrong and where (property path, file or object), with the values that disagree
   * @param hint what to do about it, as a sentence
   */
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }

  /** Message and hint as they are printed. */
  override toString(): string {
    return `${this.message}\n${this.hint}`;
  }
}

/** What the lifecycle or the lock does not allow now: nothing is wrong with the input. */
export class Refusal extends UserError {}
