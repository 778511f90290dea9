import type { FieldPrinter } from './print-fields.ts';
import { ID_FIELD } from './schema.ts';

/** One operation of a bulk body. A document is one. */
export interface BulkItem {
  /** `replace`: where no higher version is stored. `put`: whatever is stored. */
  readonly operation: 'create' | 'replace' | 'put' | 'delete';
  readonly index: string;
  readonly id: string;
  /** Of `replace`. */
  readonly version?: number;
  /** Of `delete`: only the document that was found with these numbers. */
  readonly found?: { readonly seqNo: number | undefined; readonly primaryTerm: number | undefined };
  /** Not of `delete`. */
  readonly body?: Uint8Array;
}

/** How items are written. */
export interface ItemForm {
  /** An index for all items, in place of their own. */
  readonly target?: string | undefined;
  /** Adds each item's id to its body, as the field that engines can sort by. */
  readonly sortable?: boolean;
  /** Yields what adds fields to the bodies of an index. */
  readonly printer?: (index: string) => FieldPrinter | undefined;
}

/** Writes items into a buffer, as the lines of a bulk body. */
export interface ItemWriter {
  /** The most bytes that the item takes with this body. */
  room(item: BulkItem, body: Uint8Array | undefined): number;
  /** Yields the offset after it. */
  write(buffer: Buffer, at: number, item: BulkItem, body: Uint8Array | undefined): number;
}

const NEWLINE = 0x0a;
const CLOSING_BRACE = 0x7d;
/** `{"create":{"_index":"","_id":"","version":1764000000000000,"version_type":"external_gte"}}` and the like, `,"orgscope.id":""}` and two newlines. */
const AROUND_BYTES = 160;

/** Items that follow one another mostly have the same index, so what depends on it is kept. */
export function itemWriter({ target, sortable = false, printer }: ItemForm): ItemWriter {
  let index: string | undefined;
  let place = '';
  let print: FieldPrinter | undefined;

  function see(next: string): void {
    if (next === index) return;
    index = next;
    place = `"_index":${JSON.stringify(target ?? next)},"_id":`;
    print = printer?.(next);
  }

  return {
    room(item, body) {
      see(item.index);
      const bodyBytes = body === undefined ? 0 : body.length + (print?.room(body.length) ?? 0);
      // A UTF-16 unit takes at most three bytes of UTF-8, and an escape six.
      return bodyBytes + place.length * 3 + item.id.length * 12 + AROUND_BYTES;
    },
    write(buffer, start, item, body) {
      see(item.index);
      const id = JSON.stringify(item.id);
      let at = start + buffer.write(`${actionOf(item, place + id)}\n`, start);
      if (body === undefined) return at;
      const from = at;
      buffer.set(body, at);
      at += body.length;
      if (print !== undefined) at = print(buffer, from, at);
      if (sortable) {
        // Overwrites the closing brace. An empty object has no member that a comma could follow.
        at--;
        at += buffer.write(`${at > from + 1 ? ',' : ''}"${ID_FIELD}":${id}}`, at);
      }
      buffer[at++] = NEWLINE;
      return at;
    },
  };
}

function actionOf({ operation, version = 0, found }: BulkItem, place: string): string {
  switch (operation) {
    case 'create':
      return `{"create":{${place}}}`;
    case 'replace':
      return `{"index":{${place},"version":${version},"version_type":"external_gte"}}`;
    case 'put':
      return `{"index":{${place}}}`;
    case 'delete': {
      const { seqNo, primaryTerm } = found ?? {};
      const unchanged = seqNo === undefined ? '' : `,"if_seq_no":${seqNo},"if_primary_term":${primaryTerm}`;
      return `{"delete":{${place}${unchanged}}}`;
    }
  }
}

/** Whether a body ends as an object does. */
export const isClosed = (body: Uint8Array): boolean => body[body.length - 1] === CLOSING_BRACE;
