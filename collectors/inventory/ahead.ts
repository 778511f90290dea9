/** Listings begun before their turn: each parent's first page takes a call, and a thousand parents one after the other take minutes. */
const AHEAD = 8;

/** Yields what the listings of all inputs yield, in order, the first page of some inputs ahead. */
export async function* ahead<Input, Output>(
  inputs: Iterable<Input> | AsyncIterable<Input>,
  list: (input: Input) => AsyncGenerator<Output>,
): AsyncGenerator<Output> {
  const begun: { readonly pages: AsyncGenerator<Output>; readonly first: Promise<IteratorResult<Output>> }[] = [];
  async function* finish({ pages, first }: (typeof begun)[number]): AsyncGenerator<Output> {
    const page = await first;
    if (page.done === true) return;
    yield page.value;
    yield* pages;
  }
  for await (const input of inputs) {
    const pages = list(input);
    const first = pages.next();
    // Heard when its turn comes; until then nobody listens.
    first.catch(() => undefined);
    begun.push({ pages, first });
    if (begun.length >= AHEAD) yield* finish(begun.shift() as (typeof begun)[number]);
  }
  for (const each of begun) yield* finish(each);
}
