/**
 * Loaded into each test file's process. If something keeps the process alive after its last test, the process fails and names it, instead of
 * holding up all other files. `?ms=` in the URL of this module sets how long it waits.
 */
import { after } from 'node:test';

const PATIENCE_MS = Number(new URL(import.meta.url).searchParams.get('ms') ?? 30_000);
const CHECKS = 30;

// This hook runs first of all. A hook after it may block the process for longer than the patience (removing a folder of installed packages
// on a busy disk does), so the ticks of a timer are counted, which come only while the process is free, instead of the elapsed time.
after(() => {
  let checks = 0;
  setInterval(() => {
    if (++checks < CHECKS) return;
    process.stderr.write(`${process.argv[1]} does not end after its last test: it holds ${held().join(', ')}\n`);
    process.exit(1);
  }, PATIENCE_MS / CHECKS).unref();
});

/** The resources that keep the process alive. Node also lists the process's own output, which does not. */
function held(): string[] {
  const resources = process.getActiveResourcesInfo();
  for (const { _handle } of [process.stdout, process.stderr] as { _handle?: object }[]) {
    const own = resources.indexOf(_handle?.constructor.name === 'Pipe' ? 'PipeWrap' : 'TTYWrap');
    if (own >= 0) resources.splice(own, 1);
  }
  return [...new Set(resources)];
}
