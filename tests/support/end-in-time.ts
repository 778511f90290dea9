/**
 * Loaded into each test file's process: one that something keeps alive after its last test fails and says what, instead of holding up all
 * other files. `?ms=` behind the address of this file sets how long it waits.
 */
import { after } from 'node:test';

const PATIENCE_MS = Number(new URL(import.meta.url).searchParams.get('ms') ?? 30_000);
const CHECKS = 30;

// This hook runs first of all. A hook after it may block the process for longer than the patience (removing a folder of installed packages
// on a busy disk does), so only moments at which the process was free count, not the time that has gone by.
after(() => {
  let checks = 0;
  setInterval(() => {
    if (++checks < CHECKS) return;
    process.stderr.write(`${process.argv[1]} does not end after its last test: it holds ${held().join(', ')}\n`);
    process.exit(1);
  }, PATIENCE_MS / CHECKS).unref();
});

/** What keeps the process alive: its own output does not, though Node lists it. */
function held(): string[] {
  const resources = process.getActiveResourcesInfo();
  for (const { _handle } of [process.stdout, process.stderr] as { _handle?: object }[]) {
    const own = resources.indexOf(_handle?.constructor.name === 'Pipe' ? 'PipeWrap' : 'TTYWrap');
    if (own >= 0) resources.splice(own, 1);
  }
  return [...new Set(resources)];
}
