/** Stops the reading of a query at the first thing that is wrong with it. */
import type { Diagnostic } from "#lang/diagnostics/diagnostic";

/** Carries a diagnostic out of nested cases; always caught by `guarded`. */
class Refused extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

export const refuse = (diagnostic: Diagnostic): never => {
  throw new Refused(diagnostic);
};

/** Runs `body`; what it refuses comes back as a diagnostic. */
export function guarded<T>(body: () => T): T | { readonly diagnostics: readonly Diagnostic[] } {
  try {
    return body();
  } catch (error) {
    if (error instanceof Refused) return { diagnostics: [error.diagnostic] };
    throw error;
  }
}
