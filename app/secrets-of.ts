import type { Environment } from './environment.ts';

const SECRET_NAME = /(TOKEN|PASSWORD|SECRET|API_KEY|ACCESS_KEY)$/;
/** Redacting shorter values would make the log unreadable and protect nothing. */
const LEAST_LENGTH = 6;

/** The secrets in the environment: values of variables with such a name, and passwords in URLs. */
export function secretsOf({ variables }: Pick<Environment, 'variables'>): string[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const found = SECRET_NAME.test(name) ? [value] : passwordsOf(value);
    return found.filter((secret) => secret.length >= LEAST_LENGTH);
  });
}

/** A password as it is in the URL, and decoded. */
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
