/** Loaded into a process: when it exits, writes the URL of every module that it loaded after this one to the file that ORGSCOPE_TEST_LOADED names. */
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const loaded = new Set<string>();
registerHooks({
  load(url, context, next) {
    loaded.add(url);
    return next(url, context);
  },
});
process.once('exit', () => writeFileSync(process.env.ORGSCOPE_TEST_LOADED as string, JSON.stringify([...loaded])));
