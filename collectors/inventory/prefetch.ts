/** How many listings are requested in advance. Each parent's listing takes a call, and a thousand of them in sequence take minutes. */
const PREFETCHED = 8;

/** Yields the pages of the listings of all inputs, in the order of the inputs; the first pages of some inputs are prefetched. */
export async function* prefetch<Input, Output>(
  inputs: Iterable<Input> | AsyncIterable<Input>,
  list: (input: Input) => AsyncGenerator<Output>,
): AsyncGenerator<Output> {
  const started: { readonly pages: AsyncGenerator<Output>; readonly first: Promise<IteratorResult<Output>> }[] = [];
  async function* finish({ pages, first }: (typeof started)[number]): AsyncGenerator<Output> {
    const page = await first;
    if (page.done === true) return;
    yield page.value;
    yield* pages;
  }
  for await (const input of inputs) {
    const pages = list(input);
    const first = pages.next();
    // Prevents an unhandled rejection: `finish` awaits the same promise later.
    first.catch(() => undefined);
    started.push({ pages, first });
    if (started.length >= PREFETCHED) yield* finish(started.shift() as (typeof started)[number]);
  }
  for (const each of started) yield* finish(each);
}
