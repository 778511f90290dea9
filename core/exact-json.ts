type RawJson = { readonly rawJSON: string };
/** Missing in TypeScript's library. */
const json = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): RawJson;
  isRawJSON(value: unknown): value is RawJson;
};

/** Parses JSON so that printing it again yields the same digits: numbers that a double would change are kept as text. */
export function parseExactJson(text: string): unknown {
  return json.parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? json.rawJSON(source) : value,
  );
}

/** A number that `parseExactJson` kept as text. */
export const isExactNumber = (value: unknown): boolean => json.isRawJSON(value);
