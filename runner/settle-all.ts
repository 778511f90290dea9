/** Resolves once all work has ended; where some of it fails, calls `stop` at the first failure and rejects with that one at the end. */
export async function settleAll(work: readonly Promise<void>[], stop: () => void): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  const watched = work.map((each) =>
    each.catch((error: unknown) => {
      if (failure !== undefined) return;
      failure = { error };
      stop();
    }),
  );
  await Promise.all(watched);
  if (failure !== undefined) throw failure.error;
}
