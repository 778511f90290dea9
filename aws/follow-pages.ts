import { OrgscopeError } from '../core/problem.ts';

/** Yields the pages of a listing: each is asked for with the token that the page before gave, until there is none. */
export async function* followPages<Page>(
  call: string,
  ask: (token: string | undefined) => Promise<Page>,
  next: (page: Page) => { readonly token: string | undefined; readonly truncated?: boolean | undefined },
): AsyncGenerator<Page> {
  const inTurn = onlyForward(call);
  for (let asked: string | undefined; ; ) {
    const page = await ask(asked);
    yield page;
    // A page may be empty and still not be the last one.
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
 * Takes the tokens of a listing one after the other, and throws when one comes back: the listing would go round for ever. Besides the one
 * before, it holds one earlier token, and changes it at the 1st, 2nd, 4th, 8th … page: so it finds a round of any length, however long the
 * listing is, and holds two tokens.
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
        `${call} goes round: a page token came a second time`,
        'Run again later. If it stays, look at what answers: AWS_ENDPOINT_URL or a proxy may repeat an old answer.',
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

/** A page says that more follows, and not how to ask for it. */
export function cutShort(call: string): OrgscopeError {
  return new OrgscopeError(
    'malformed',
    `${call} ends early: a page says that more follows, and gives no token for it`,
    'Run again later. If it stays, look at what answers: AWS_ENDPOINT_URL or a proxy.',
    { call },
  );
}
