type RawJson = { readonly rawJSON: string };
/** TypeScript's library does not know these yet. */
const json = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): RawJson;
  isRawJSON(value: unknown): value is RawJson;
};

/** Parses JSON such that printing it again gives every number its own digits: those that a double would change stay as text. */
export function parseExactJson(text: string): unknown {
  return json.parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? json.rawJSON(source) : value,
  );
}

/** A number that `parseExactJson` left as it stands. */
export const isExactNumber = (value: unknown): boolean => json.isRawJSON(value);
