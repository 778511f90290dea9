import { documentId } from '../../core/document.ts';
import { OrgscopeError } from '../../core/problem.ts';
import type { Ledger } from '../../core/store.ts';
import type { Engine } from './engine.ts';
import { LEDGER_INDEX } from './schema.ts';

interface Entry {
  readonly found?: boolean;
  readonly _seq_no?: number;
  readonly _primary_term?: number;
  readonly _source?: { readonly text?: string };
}

/** Short texts by name, in the ledger. They are read by id, which needs no refresh, and swapped by the sequence number of their last change. */
export function openNotes(engine: Engine): Pick<Ledger, 'note' | 'swapNote'> {
  const path = (name: string): string => `/${LEDGER_INDEX}/_doc/${encodeURIComponent(documentId(`note:${name}`))}`;
  const read = async (name: string): Promise<Entry> =>
    (await engine.request<Entry>({ method: 'GET', path: path(name), allow: [404] })).body;

  return {
    note: async (name) => (await read(name))._source?.text,
    async swapNote(name, before, after) {
      const entry = await read(name);
      if (entry._source?.text !== before) return false;
      const { _seq_no, _primary_term } = entry;
      // A deleted note still has a sequence number. It can only be created.
      const unchanged =
        entry.found === true && _seq_no !== undefined && _primary_term !== undefined
          ? { if_seq_no: _seq_no, if_primary_term: _primary_term }
          : { op_type: 'create' };
      if (after === undefined && entry.found !== true) return true;
      const { status, body } = await engine.request<{ error?: { type?: string; reason?: string } }>({
        method: after === undefined ? 'DELETE' : 'PUT',
        path: path(name),
        query: unchanged,
        ...(after === undefined ? {} : { body: { type: 'note', note: name, text: after } }),
        allow: [404, 409],
      });
      if (status === 404 && after !== undefined) {
        throw new OrgscopeError(
          'store',
          `${engine.name} did not make ${LEDGER_INDEX}: ${body.error?.reason}`,
          'Run `orgscope setup`.',
        );
      }
      return status < 300;
    },
  };
}
