/** The SDK's name of an error. */
export const codeOf = (error: unknown): string => (error instanceof Error ? error.name : '');
