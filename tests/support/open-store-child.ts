import { toProblem } from '../../core/problem.ts';
import { openTestStore } from './open-test-store.ts';
import { trailDocument, writeDocuments } from './store-suite.ts';

/** Opens a store's file, writes more than a megabyte, and prints success or the problem as a line of JSON; with `hold` it writes nothing and stays open until it is killed. */
const [path = '', hold] = process.argv.slice(2);
try {
  const store = await openTestStore(path);
  if (hold === 'hold') {
    process.stdout.write('{"open":true}\n');
    setInterval(() => undefined, 60_000);
  } else {
    const text = 'a text that is not like the others '.repeat(10);
    const documents = Array.from({ length: 9_000 }, (_, index) =>
      trailDocument(`${index}`, { text: `${text}${Math.sin(index)}` }),
    );
    await writeDocuments(store, documents);
    await store.close();
    process.stdout.write('{"open":true}\n');
  }
} catch (error) {
  process.stdout.write(`${JSON.stringify(toProblem(error))}\n`);
}
