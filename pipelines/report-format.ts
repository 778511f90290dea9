import type { Delivery } from '../core/batch.ts';
import type { Document } from '../core/document.ts';
import { OrgscopeError } from '../core/problem.ts';
import type { RecordStep, StreamReader } from '../core/record-reader.ts';
import type { Result } from '../core/result.ts';
import { type LineItemEncoder, lineItemEncoder } from '../processors/encode-line-item.ts';
import { type CsvRow, csvSplitter } from '../processors/split-csv.ts';
import type { ObjectFormat } from './objects/object-format.ts';

export interface ReportFormatOptions {
  readonly delivery: Delivery;
  /** Ordinal of the part within the delivery, from 1. */
  readonly part: number;
  readonly accountNames: ReadonlyMap<string, string>;
}

/** Uncompressed text at a time: larger pieces are no faster, and a piece's rows live as long as it. */
const PIECE_BYTES = 64 * 1024;

/** The CSV parts of a Cost & Usage Report: a header line, and a line item in each row after it. */
export function reportFormat({ delivery, part, accountNames }: ReportFormatOptions): ObjectFormat {
  const context = { report: delivery.report, delivery: delivery.delivery, month: delivery.month, part, accountNames };
  return {
    type: 'stream',
    pieceBytes: PIECE_BYTES,
    open() {
      const rows = createRowReader((header) => lineItemEncoder(header, context));
      return { reader: rows, encode: () => rows.encode() };
    },
  };
}

interface RowReader extends StreamReader {
  encode(): Result<Document>;
}

function createRowReader(encoderFor: (header: readonly string[]) => Result<LineItemEncoder>): RowReader {
  const splitter = csvSplitter();
  let rows: readonly CsvRow[] = [];
  let index = 0;
  let row: CsvRow | undefined;
  let rowNumber = 0;
  let encoder: LineItemEncoder | undefined;
  let finished = false;
  let isInvalid = false;

  const reader = {
    reason: '',
    push(bytes: Buffer) {
      take(() => splitter.push(bytes));
    },
    finish() {
      finished = true;
      take(() => splitter.end());
    },
    next(): RecordStep {
      for (;;) {
        row = rows[index++];
        if (row === undefined) return atEnd();
        if (encoder !== undefined) return 'record';
        const made = encoderFor(row.values);
        if (made.type !== 'ok') {
          reader.reason = made.reason;
          return 'refused';
        }
        encoder = made.value;
      }
    },
    encode: (): Result<Document> => (encoder as LineItemEncoder)((row as CsvRow).values, ++rowNumber),
    location: () => `line ${row?.line}`,
    content: (maxBytes: number) => Buffer.from(row?.values.join(',') ?? '').toString('utf8', 0, maxBytes),
  };

  /** Only called where all rows before were read. */
  function take(split: () => readonly CsvRow[]): void {
    index = 0;
    rows = [];
    try {
      rows = split();
    } catch (error) {
      if (!(error instanceof OrgscopeError)) throw error;
      const { line } = error.where;
      reader.reason = `can't be read${line === undefined ? '' : ` at line ${line}`}: ${error.message}`;
      isInvalid = true;
    }
  }

  function atEnd(): RecordStep {
    if (isInvalid) return 'invalid';
    if (!finished) return 'more';
    if (encoder !== undefined) return 'end';
    reader.reason = 'is empty';
    return 'invalid';
  }

  return reader;
}
