// A mistake that a person can mend: one clear sentence, and the exit status that the command line gives it.

/** Exit statuses of the command line (design section 8). */
export const EXIT = {
  badArguments: 2,
  cannotLoad: 3,
  guestPanic: 4,
  instructionLimit: 124,
} as const;

export class UserError extends Error {
  override name = 'UserError';
  readonly exitStatus: number;

  constructor(message: string, exitStatus: number = EXIT.cannotLoad) {
    super(message);
    this.exitStatus = exitStatus;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
