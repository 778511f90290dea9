/** Removes the dataset from the end of the words. A single word that is also a profile could mean either. */
export function takeDataset(
  words: string[],
  datasets: readonly string[],
  profiles: ReadonlySet<string>,
): { readonly dataset?: string | undefined; readonly unclear?: { readonly message: string; readonly next: string } } {
  const last = words.at(-1);
  if (last === undefined || !datasets.includes(last)) return {};
  if (words.length === 1 && profiles.has(last)) {
    return {
      unclear: {
        message: `"${last}" is both a dataset and a profile`,
        next: 'Write both words: the profile, role ARN or account id that reads, and then the dataset; or give the profile another name.',
      },
    };
  }
  return { dataset: words.pop() };
}
