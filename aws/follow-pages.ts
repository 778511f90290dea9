import { OrgscopeError } from '../core/problem.ts';

/** Yields the pages of a listing. Each request carries the token of the previous page; a page without a token is the last one. */
export async function* followPages<Page>(
  call: string,
  ask: (token: string | undefined) => Promise<Page>,
  next: (page: Page) => { readonly token: string | undefined; readonly truncated?: boolean | undefined },
): AsyncGenerator<Page> {
  const inTurn = onlyForward(call);
  for (let asked: string | undefined; ; ) {
    const page = await ask(asked);
    yield page;
    // An empty page is not always the last one.
    const { token, truncated } = next(page);
    if (token === undefined) {
      if (truncated === true) throw cutShort(call);
      return;
    }
    inTurn(token);
    asked = token;
  }
}

/**
 * Takes the tokens of a listing in order and throws when one repeats, since the listing would never end. It keeps the previous token
 * and one earlier token, which it replaces at the 1st, 2nd, 4th, 8th … page (Brent's algorithm): this finds a cycle of any length
 * with two tokens in memory.
 */
export function onlyForward(call: string): (token: string) => void {
  let before: string | undefined;
  let held: string | undefined;
  let pages = 0;
  let changeAt = 1;
  return (token) => {
    if (token === before || token === held) {
      throw new OrgscopeError(
        'malformed',
        `${call} does not end: a page token was repeated`,
        'Run again later. If it stays, check whether AWS_ENDPOINT_URL or a proxy repeats an old answer.',
        { call },
      );
    }
    before = token;
    pages += 1;
    if (pages < changeAt) return;
    held = token;
    changeAt *= 2;
  };
}

/** The error of a page that announces more pages and has no token for the next one. */
export function cutShort(call: string): OrgscopeError {
  return new OrgscopeError(
    'malformed',
    `${call} ends early: a page announces more pages and has no token for the next one`,
    'Run again later. If it stays, check AWS_ENDPOINT_URL and the proxy.',
    { call },
  );
}
