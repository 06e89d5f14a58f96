/** Why a command could not be performed, in words that a model can act on. */
export class CommandFault extends Error {
  override readonly name = "CommandFault";

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
