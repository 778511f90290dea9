/** Makes a value once per key. A failure is not kept, so that the next run sees what the user has corrected. */
export function memoizePromise<Value>(
  kept: Map<string, Promise<Value>>,
  key: string,
  make: () => Promise<Value>,
): Promise<Value> {
  let promise = kept.get(key);
  if (promise === undefined) {
    promise = make();
    kept.set(key, promise);
    promise.catch(() => kept.delete(key));
  }
  return promise;
}
