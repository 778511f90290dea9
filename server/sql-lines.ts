import type { SqlLine } from '../core/api/questions.ts';
import { toProblem } from '../core/problem.ts';
import type { SqlAnswer } from '../core/store.ts';

/** The rows as NDJSON. An error in the middle becomes the last line, since the status has been sent. */
export async function* sqlLines({ columns, rows }: SqlAnswer, onDefect: (error: unknown) => void): AsyncGenerator<string> {
  const line = (value: SqlLine): string => `${JSON.stringify(value)}\n`;
  let count = 0;
  try {
    yield line({ columns });
    for await (const batch of rows) {
      yield line({ rows: batch });
      count += batch.length;
    }
    yield line({ count });
  } catch (error) {
    const { code, message, next } = toProblem(error);
    if (code === 'unexpected') onDefect(error);
    yield line({ error: { code, message, next } });
  } finally {
    await rows.return();
  }
}
