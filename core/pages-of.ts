/** Yields all pages of a list that is read a page at a time: each page says in `next` how the following one is asked for, and the last one says undefined. */
export async function* pagesOf<Page extends { readonly next: string | undefined }>(
  read: (after: string | undefined) => Promise<Page>,
): AsyncGenerator<Page, void> {
  let after: string | undefined;
  do {
    const page = await read(after);
    yield page;
    after = page.next;
  } while (after !== undefined);
}
