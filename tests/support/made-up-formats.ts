import type { IndexView } from '../../core/query.ts';
import type { RandomAccessFile, RecordStep } from '../../core/record-reader.ts';
import { deadLetter, ok } from '../../core/result.ts';
import type { ObjectFormat } from '../../pipelines/objects/object-format.ts';
import { createLineReader } from '../../processors/read-lines.ts';
import type { MappedView } from './unmapped-fields.ts';

/** The view of the documents of these formats. */
export const noteViews: readonly MappedView[] = [
  {
    view: 'notes' as IndexView,
    index: { exact: 'awsnotes' },
    partition: 'none',
    fields: [
      ...(['text', 'from', 'account', 'region', 'name'] as const).map((name) => ({
        name,
        type: 'keyword' as const,
        description: '',
      })),
      { name: 'ingested', type: 'date', description: '' },
      { name: 'metadata', type: 'flattened', description: '' },
    ],
  },
];

const document = (id: string, fields: object) =>
  ok({ index: 'awsnotes', id, operation: 'create' as const, body: Buffer.from(JSON.stringify(fields)) });

/**
 * Lines of text, each a document with the line as its id. The first line `#upper` makes all of them capitals. A line `!` is refused, `*` can't be
 * encoded, `?` is dropped, `-` is no record, and `~` ends the object as damaged.
 */
export const lineFormat: ObjectFormat = {
  type: 'stream',
  open({ object, account, region, accountName, metadata }, head) {
    const isUpper = head.toString('utf8', 0, 6) === '#upper';
    const lines = createLineReader();
    const reader = {
      ...lines,
      reason: '',
      next(): RecordStep {
        for (;;) {
          const step = lines.next();
          reader.reason = lines.reason;
          if (step !== 'record') return step;
          const line = lines.text();
          if (line.startsWith('#')) continue;
          if (line === '-') return 'foreign';
          reader.reason = line === '~' ? 'has a line of waves' : 'is an exclamation mark';
          if (line === '~') return 'invalid';
          return line.startsWith('!') ? 'refused' : 'record';
        }
      },
    };
    return {
      reader,
      encode(ingested) {
        const line = lines.text();
        if (line === '?') return { type: 'drop', reason: 'questions' };
        if (line === '*') return deadLetter('is a star');
        const text = isUpper ? line.toUpperCase() : line;
        const name = account && accountName(account);
        return document(text, { text, from: object.path, account, region, name, ingested, metadata });
      },
    };
  },
};

/** A file of records, followed by their start and end offsets as JSON, and by the length of that JSON in eight digits. */
export function makeTable(records: readonly string[]): Buffer {
  let at = 0;
  const index = records.map((record) => {
    const start = at;
    at += Buffer.byteLength(record);
    return [start, at];
  });
  const table = JSON.stringify(index);
  return Buffer.from(records.join('') + table + String(table.length).padStart(8, '0'));
}

/** The format of `makeTable`, whose end is read first, as with Parquet. */
export const tableFormat: ObjectFormat = {
  type: 'file',
  open({ object }) {
    let index: [number, number][] | undefined;
    let number = 0;
    let record = '';
    let isRead = true;
    let isDamaged = false;
    const reader = {
      reason: 'has no table at its end',
      async load(file: RandomAccessFile) {
        index ??= await readIndex(file);
        isDamaged = index === undefined;
        const [start, end] = index?.[number] ?? [0, 0];
        record = (await file.slice(start, end)).toString('utf8');
        isRead = false;
      },
      next(): RecordStep {
        if (isDamaged) return 'invalid';
        if (number === index?.length) return 'end';
        if (isRead) return 'more';
        number++;
        isRead = true;
        return 'record';
      },
      location: () => `record ${number}`,
      content: (maxBytes: number) => record.slice(0, maxBytes),
    };
    return { reader, encode: () => document(record, { from: object.path }) };
  },
};

async function readIndex(file: RandomAccessFile): Promise<[number, number][] | undefined> {
  const length = Number((await file.slice(file.size - 8, file.size)).toString('utf8'));
  if (!(length > 0)) return undefined;
  return JSON.parse((await file.slice(file.size - 8 - length, file.size - 8)).toString('utf8'));
}
