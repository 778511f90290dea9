/** Exits with 0 if the address answers with success: the health check of the image, which has no curl. */
const [address] = process.argv.slice(2);
try {
  const { ok, status } = await fetch(address, { signal: AbortSignal.timeout(8_000) });
  if (!ok) console.error(`${address} answered ${status}`);
  process.exitCode = ok ? 0 : 1;
} catch (error) {
  console.error(`${address} does not answer: ${error.cause?.code ?? error.message}`);
  process.exitCode = 1;
}
