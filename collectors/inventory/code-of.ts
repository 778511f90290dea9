/** What the SDK calls an error. */
export const codeOf = (error: unknown): string => (error instanceof Error ? error.name : '');
