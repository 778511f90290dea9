/** Loaded into each test file's process: one that something keeps alive after its last test fails and says what, instead of holding up all others. */
import { after } from 'node:test';

const PATIENCE_MS = 30_000;

after(() => {
  setTimeout(() => {
    const open = [...new Set(process.getActiveResourcesInfo())].join(', ');
    process.stderr.write(`${process.argv[1]} does not end after its last test: it holds ${open}\n`);
    process.exit(1);
  }, PATIENCE_MS).unref();
});
