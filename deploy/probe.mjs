/** Ends with 0 where the address answers well: the health check of an image that has no curl. */
const [address] = process.argv.slice(2);
try {
  const { ok, status } = await fetch(address, { signal: AbortSignal.timeout(8_000) });
  if (!ok) console.error(`${address} answered ${status}`);
  process.exitCode = ok ? 0 : 1;
} catch (error) {
  console.error(`${address} does not answer: ${error.cause?.code ?? error.message}`);
  process.exitCode = 1;
}
