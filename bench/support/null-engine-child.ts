/**
 * A null engine in a process of its own, for the bench: answers as an empty Elasticsearch does, takes every document of a bulk body and keeps
 * none. Prints its URL. `GET /taken` yields how many documents it took that are not the ledger's.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const NEWLINE = 0x0a;
/** An action of a document, where those of the ledger are `index`. */
const CREATE = '{"create":';
const VERSION = { number: '8.19.2', build_flavor: 'default' };

let taken = 0;
/** Notes of the ledger by their path, since a run stops when its lease is gone. */
const notes = new Map<string, { readonly text: string; readonly change: number }>();
let changes = 0;

interface Answer {
  readonly status: number;
  readonly content: object | string;
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const path = decodeURIComponent((request.url ?? '/').split('?')[0] as string);
    const { status, content } = answer(request.method ?? '', path, Buffer.concat(chunks));
    response.writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' });
    response.end(typeof content === 'string' ? content : JSON.stringify(content));
  });
});

function answer(method: string, path: string, body: Buffer): Answer {
  const found = (content: object | string): Answer => ({ status: 200, content });
  if (path === '/_bulk') return found(takeItems(body));
  if (path === '/taken') return found({ taken });
  if (path === '/') return found({ version: VERSION, tagline: 'You Know, for Search' });
  if (path.includes('/_doc/')) return answerNote(method, path, body);
  if (path.endsWith('/_search')) return found({ hits: { total: { value: 0 }, hits: [] } });
  if (path.endsWith('/_mget')) {
    const { ids } = JSON.parse(body.toString('utf8')) as { ids: string[] };
    return found({ docs: ids.map(() => ({ found: false })) });
  }
  // An index that a document is about to be written to counts as made by orgscope's template.
  const index = path.split('/')[1] as string;
  if (path.endsWith('/_mapping') && method === 'GET' && !index.includes('*'))
    return found({ [index]: { mappings: { _meta: { orgscope: { version: 1 } } } } });
  const isMissing = method === 'HEAD' || (method === 'GET' && /_mapping|_index_template\/.|_ilm\/policy\/.|_alias/.test(path));
  return { status: isMissing ? 404 : 200, content: {} };
}

function answerNote(method: string, path: string, body: Buffer): Answer {
  if (method === 'PUT') notes.set(path, { text: body.toString('utf8'), change: changes++ });
  if (method === 'DELETE') notes.delete(path);
  if (method !== 'GET') return { status: 200, content: {} };
  const note = notes.get(path);
  if (note === undefined) return { status: 404, content: { found: false } };
  const content = `{"found":true,"_seq_no":${note.change},"_primary_term":1,"_source":${note.text}}`;
  return { status: 200, content };
}

/** Counts the documents of a bulk body, of which each has two lines, and gives each item its status. */
function takeItems(body: Buffer): string {
  const items: string[] = [];
  for (let at = 0; at < body.length; ) {
    const isCreate = body.toString('latin1', at, at + CREATE.length) === CREATE;
    if (isCreate) taken++;
    items.push(isCreate ? '{"create":{"status":201}}' : '{"index":{"status":201}}');
    at = body.indexOf(NEWLINE, body.indexOf(NEWLINE, at) + 1) + 1;
  }
  return `{"items":[${items.join(',')}]}`;
}

server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
