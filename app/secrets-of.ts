import type { Environment } from './environment.ts';

const SECRET_NAME = /(TOKEN|PASSWORD|SECRET|API_KEY|ACCESS_KEY)$/;
/** Shorter ones would black out the log rather than guard anything. */
const LEAST_LENGTH = 6;

/** The secrets that the environment holds: values of variables that are named so, and passwords inside of URLs. */
export function secretsOf({ variables }: Pick<Environment, 'variables'>): string[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const found = SECRET_NAME.test(name) ? [value] : passwordsOf(value);
    return found.filter((secret) => secret.length >= LEAST_LENGTH);
  });
}

/** As it stands in the URL, and decoded. */
function passwordsOf(value: string): string[] {
  return [...value.matchAll(/:\/\/[^\s/@:]*:([^\s/@]+)@/g)].flatMap(([, password = '']) => [password, decoded(password)]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
