import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import type { Delivery, Source } from '../core/batch.ts';
import type { Document } from '../core/document.ts';
import type { Emission } from '../core/pipeline.ts';
import { OrgscopeError, type Problem } from '../core/problem.ts';
import type { DeadLetter, Store } from '../core/store.ts';
import { type Sweep, sweepKey } from '../core/sweep.ts';
import { memoryStore } from '../tests/support/memory-store.ts';
import { type RecordedStore, recordedStore } from '../tests/support/recorded-store.ts';
import { deadLetterFile } from './dead-letter-file.ts';
import type { Ticket } from './ticket.ts';
import { createWriter, DEFAULT_LIMITS, type Writer, type WriterLimits } from './writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-writer-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const writers: Writer[] = [];
// Otherwise the timer of a batch that a failed test left open keeps this process alive.
afterEach(() => {
  for (const writer of writers.splice(0)) void writer.flush();
});

const BODY_BYTES = 40;
const SWEEP: Sweep = { account: '1', region: 'eu-west-1', kind: 'ec2-instance', scope: '', time: 2_000 };
const DELIVERY: Delivery = { report: 'costs', month: '2026-11', delivery: 'd1', modified: 1 };
const SOURCE: Source = { pipeline: 'trails', key: 's3://logs/a#1', documents: 1 };
const DENIED: Problem = { code: 'denied', severity: 'failed', message: 'may not', next: 'Allow it.', where: {} };
const DEAD_LETTER: DeadLetter = { pipeline: 'trails', source: 's3://logs/a', reason: 'no record', content: '{' };

/** An event whose body has exactly so many bytes. */
const event = (id: string, bytes = BODY_BYTES): Document => ({
  index: 'awscli-trail-2026.11.21',
  id,
  operation: 'create',
  body: Buffer.from(JSON.stringify({ id }).padEnd(bytes)),
});
/** The store refuses it, since it is no JSON. */
const broken = (id: string): Document => ({ ...event(id), body: Buffer.from(`{"id": ${id}`) });
const resource = (id: string, version: number, sweep = SWEEP): Document => ({
  index: 'awscli-current',
  id,
  operation: 'replace',
  version,
  body: Buffer.from(JSON.stringify({ orgscope: { sweep: sweepKey(sweep) } })),
});
const line = (id: string): Document => ({ ...event(id), index: 'awsbilling-2026.11' });

const documents = (...of: Document[]): Emission => ({ type: 'documents', documents: of });
const events = (ids: string): Emission => documents(...ids.split(' ').map((id) => event(id)));
const acknowledge = (source = SOURCE): Emission => ({ type: 'acknowledge', source });
const reach = (key: string, reached: number): Emission => ({ type: 'checkpoint', key, reached });
const retire = (sweep = SWEEP): Emission => ({ type: 'retire', sweep });
const leftOut = (reason: string, object: string): Emission => ({ type: 'left-out', reason, object });
const begin = (delivery = DELIVERY): Emission => ({ type: 'begin-delivery', delivery });
const publish = (delivery = DELIVERY): Emission => ({ type: 'publish-delivery', delivery });
const write = (store: Store, ...of: Document[]) => store.write({ documents: of, bytes: 0, sources: [] });

interface Setup {
  readonly store: RecordedStore;
  readonly writer: Writer;
  /** What the writer gave as the run's failure. */
  readonly failures: OrgscopeError[];
  job(name: string): Ticket;
}

function setUp(
  limits: Partial<WriterLimits> = {},
  before?: (call: string) => Promise<void> | void,
  inner = memoryStore(),
): Setup {
  const store = recordedStore(inner, before);
  const failures: OrgscopeError[] = [];
  const writer = createWriter(store, (error) => failures.push(error), { ...DEFAULT_LIMITS, flushAfterMs: 60_000, ...limits });
  writers.push(writer);
  return {
    store,
    writer,
    failures,
    job: (name) => writer.ticket('trails', name, deadLetterFile(join(folder, `${files++}.ndjson`))),
  };
}

async function emitAll(writer: Writer, ticket: Ticket, emissions: readonly Emission[]): Promise<void> {
  for (const emission of emissions) await writer.emit(ticket, emission);
}

/** Lets everything happen that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

/** A door that is shut until it is opened. */
function door(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

const idsIn = async (store: Store, view: 'awscli-trail' | 'awscli-current' | 'awsbilling'): Promise<string> => {
  const answer = await store.answer({ type: 'rows', view, filter: { type: 'all' }, sort: [], limit: 100, offset: 0 });
  return 'hits' in answer ? answer.hits.map(({ _id }) => _id).join(' ') : '';
};

/** Each row: what one job emits, what reaches the store in which order, and what its ticket counts. Counts that are not named are 0. */
const EMISSIONS: readonly {
  readonly name: string;
  readonly stored?: readonly Document[];
  readonly published?: Delivery;
  readonly emissions: readonly Emission[];
  readonly calls: readonly string[];
  readonly counts?: Partial<Pick<Ticket, 'documents' | 'written' | 'bytes' | 'dropped' | 'deadLetters' | 'retired'>>;
  readonly problems?: readonly Pick<Problem, 'code' | 'severity'>[];
  readonly objects?: readonly object[];
  /** By key, as the ledger has them at the end. */
  readonly checkpoints?: Readonly<Record<string, number>>;
  readonly deadLetters?: readonly Pick<DeadLetter, 'source' | 'reason' | 'content'>[];
}[] = [
  {
    name: 'documents of several emissions are stored in their order, in one batch',
    emissions: [events('a b'), events('c')],
    calls: ['write a b c'],
    counts: { documents: 3, written: 3, bytes: 3 * BODY_BYTES },
  },
  {
    name: 'documents that the store has already count as documents and not as written',
    stored: [event('a')],
    emissions: [events('a b')],
    calls: ['write a b'],
    counts: { documents: 2, written: 1, bytes: 2 * BODY_BYTES },
  },
  { name: 'an emission of no documents writes nothing', emissions: [documents()], calls: [] },
  {
    name: 'an acknowledgement is in the batch of its documents',
    emissions: [events('a'), acknowledge()],
    calls: [`write a acknowledging ${SOURCE.key}`],
    counts: { documents: 1, written: 1, bytes: BODY_BYTES },
  },
  {
    name: 'a source without documents is acknowledged by a batch without documents',
    emissions: [acknowledge()],
    calls: [`write acknowledging ${SOURCE.key}`],
  },
  {
    name: 'a checkpoint is in the batch of the documents before it',
    emissions: [events('a'), reach('eu-west-1', 1_000)],
    calls: ['write a reaching eu-west-1@1000'],
    counts: { documents: 1, written: 1, bytes: BODY_BYTES },
    checkpoints: { 'eu-west-1': 1_000 },
  },
  {
    name: 'a checkpoint without documents is written, and one that is behind the stored one changes nothing',
    emissions: [reach('eu-west-1', 2_000), reach('eu-west-1', 1_000), reach('us-east-1', 500)],
    calls: ['write reaching eu-west-1@2000 eu-west-1@1000 us-east-1@500'],
    checkpoints: { 'eu-west-1': 2_000, 'us-east-1': 500 },
  },
  {
    name: 'dropped records are counted and never reach the store',
    emissions: [
      { type: 'dropped', count: 2, reason: 'of another service' },
      { type: 'dropped', count: 3, reason: 'of another service' },
    ],
    calls: [],
    counts: { dropped: 5 },
  },
  {
    name: 'objects that are left out are counted by their reason, with the first one as the example',
    emissions: [leftOut('empty', 's3://logs/a'), leftOut('empty', 's3://logs/b'), leftOut('digests', 's3://logs/c')],
    calls: [],
    objects: [
      { type: 'left-out', pipeline: 'trails', reason: 'empty', count: 2, object: 's3://logs/a' },
      { type: 'left-out', pipeline: 'trails', reason: 'digests', count: 1, object: 's3://logs/c' },
    ],
  },
  {
    name: 'a dead letter is counted and kept in the file, without the store',
    emissions: [{ type: 'dead-letter', deadLetter: DEAD_LETTER }],
    calls: [],
    counts: { deadLetters: 1 },
    deadLetters: [DEAD_LETTER],
  },
  {
    name: 'a problem is kept with the job, and what it emits after it is stored',
    emissions: [{ type: 'problem', problem: DENIED }, events('a')],
    calls: ['write a'],
    counts: { documents: 1, written: 1, bytes: BODY_BYTES },
    problems: [DENIED],
  },
  {
    name: 'a sweep is retired after what it saw is stored',
    stored: [resource('gone', 1_000), resource('seen', 1_000)],
    emissions: [retire(), documents(resource('seen', 2_000))],
    calls: ['write seen', 'retire ec2-instance'],
    counts: { documents: 1, written: 1, retired: 1, bytes: resource('seen', 1).body.byteLength },
  },
  {
    name: 'a sweep that saw nothing is retired without a write',
    stored: [resource('gone', 1_000)],
    emissions: [retire()],
    calls: ['retire ec2-instance'],
    counts: { retired: 1 },
  },
  {
    name: 'a delivery is begun, loaded and published in this order',
    emissions: [begin(), documents(line('a')), publish()],
    calls: ['begin d1', 'write a of d1', 'publish d1'],
    counts: { documents: 1, written: 1, bytes: BODY_BYTES },
  },
  {
    name: 'a delivery without lines is begun and published',
    emissions: [begin(), publish()],
    calls: ['begin d1', 'publish d1'],
  },
  {
    name: 'what follows a published delivery belongs to it no more',
    emissions: [begin(), documents(line('a')), publish(), events('b')],
    calls: ['begin d1', 'write a of d1', 'publish d1', 'write b'],
    counts: { documents: 2, written: 2, bytes: 2 * BODY_BYTES },
  },
  {
    name: 'a delivery older than the published one is left out with a notice',
    published: { ...DELIVERY, delivery: 'd2', modified: 2 },
    emissions: [begin(), documents(line('a')), publish()],
    calls: ['begin d1', 'write a of d1', 'publish d1'],
    counts: { documents: 1, written: 1, bytes: BODY_BYTES },
    problems: [{ code: 'conflict', severity: 'notice' }],
  },
  {
    name: 'a document that the store refuses becomes a dead letter of its job, and the others are stored',
    emissions: [documents(event('a'), broken('b'), event('c'))],
    calls: ['write a b c'],
    counts: { documents: 2, written: 2, deadLetters: 1, bytes: 2 * BODY_BYTES + broken('b').body.byteLength },
    deadLetters: [{ source: 'job', reason: '', content: '{"id": b' }],
  },
  {
    name: 'a source with a refused document is acknowledged: its dead letter is kept',
    emissions: [documents(broken('b')), acknowledge()],
    calls: [`write b acknowledging ${SOURCE.key}`],
    counts: { deadLetters: 1, bytes: broken('b').body.byteLength },
    deadLetters: [{ source: 'job', reason: '', content: '{"id": b' }],
  },
  {
    name: 'a sweep with a refused document is not retired: the resource may be there',
    stored: [resource('gone', 1_000)],
    emissions: [documents(broken('b')), retire()],
    calls: ['write b'],
    counts: { deadLetters: 1, bytes: broken('b').body.byteLength },
    deadLetters: [{ source: 'job', reason: '', content: '{"id": b' }],
  },
  {
    name: 'a sweep with a dead letter of its own is not retired',
    emissions: [{ type: 'dead-letter', deadLetter: DEAD_LETTER }, retire()],
    calls: [],
    counts: { deadLetters: 1 },
    deadLetters: [DEAD_LETTER],
  },
];

for (const row of EMISSIONS) {
  test(row.name, async () => {
    const inner = memoryStore();
    await write(inner, ...(row.stored ?? []));
    if (row.published !== undefined) {
      await inner.beginDelivery(row.published);
      await inner.publishDelivery(row.published);
    }
    const { store, writer, job } = setUp({}, undefined, inner);
    const ticket = job('job');
    await emitAll(writer, ticket, row.emissions);
    await writer.flush();
    await writer.settled(ticket);
    assert.deepEqual(store.calls, row.calls);
    const { documents, written, bytes, dropped, deadLetters, retired } = ticket;
    const none = { documents: 0, written: 0, bytes: 0, dropped: 0, deadLetters: 0, retired: 0 };
    assert.deepEqual({ documents, written, bytes, dropped, deadLetters, retired }, { ...none, ...row.counts });
    const wanted = row.problems ?? [];
    assert.deepEqual(
      ticket.problems.map(({ code, severity }) => ({ code, severity })),
      wanted.map(({ code, severity }) => ({ code, severity })),
    );
    assert.deepEqual(ticket.objects.counts(), row.objects ?? []);
    const { checkpoints } = await inner.ledger.checkpoints(undefined, 10);
    assert.deepEqual(Object.fromEntries(checkpoints.map(({ key, reached }) => [key, reached])), row.checkpoints ?? {});
    const kept = await ticket.deadLetterFile.first(10);
    // Each store words its reason for refusing a body differently: the row then expects an empty reason.
    const reasonOf = (deadLetter: DeadLetter, index: number) =>
      row.deadLetters?.[index]?.reason === '' ? '' : deadLetter.reason;
    assert.deepEqual(
      kept.map((deadLetter, index) => ({
        source: deadLetter.source,
        reason: reasonOf(deadLetter, index),
        content: deadLetter.content,
      })),
      (row.deadLetters ?? []).map(({ source, reason, content }) => ({ source, reason, content })),
    );
    for (const deadLetter of kept) assert.notEqual(deadLetter.reason, '');
    assert.equal(writer.failure, undefined);
  });
}

/** Each row: how documents of one job are cut into batches. */
const BATCHES: readonly {
  readonly name: string;
  readonly limits: Partial<WriterLimits>;
  readonly emissions: readonly Emission[];
  readonly calls: readonly string[];
}[] = [
  {
    name: 'a batch is closed at its limit of documents, over the bounds of emissions',
    limits: { batchDocuments: 2 },
    emissions: [events('a'), events('b c d'), events('e')],
    calls: ['write a b', 'write c d', 'write e'],
  },
  {
    name: 'a batch is closed once it has reached its limit of bytes',
    limits: { batchBytes: BODY_BYTES + 1 },
    emissions: [events('a b c')],
    calls: ['write a b', 'write c'],
  },
  {
    name: 'a document larger than a batch is a batch alone',
    limits: { batchBytes: BODY_BYTES * 2 },
    emissions: [documents(event('large', BODY_BYTES * 9)), events('b')],
    calls: ['write large', 'write b'],
  },
  {
    name: 'a document larger than the whole memory budget is written, when nothing else is in memory',
    limits: { batchBytes: BODY_BYTES, budgetBytes: BODY_BYTES * 2 },
    emissions: [documents(event('large', BODY_BYTES * 9)), events('b')],
    calls: ['write large', 'write b'],
  },
  {
    name: 'documents that fill the memory budget without filling a batch are written, so that the next ones have room',
    limits: { budgetBytes: BODY_BYTES * 2 },
    emissions: [events('a'), events('b'), events('c'), events('d'), events('e')],
    calls: ['write a b', 'write c d', 'write e'],
  },
  {
    name: 'a source whose documents fill several batches is acknowledged with the last of them',
    limits: { batchDocuments: 2 },
    emissions: [events('a b c'), acknowledge()],
    calls: ['write a b', `write c acknowledging ${SOURCE.key}`],
  },
  {
    name: 'a checkpoint is written with the last batch of its documents, never before',
    limits: { batchDocuments: 2 },
    emissions: [events('a b c'), reach('eu-west-1', 1_000)],
    calls: ['write a b', 'write c reaching eu-west-1@1000'],
  },
  {
    name: 'a source whose documents fill a batch exactly is acknowledged by the one after it',
    limits: { batchDocuments: 2 },
    emissions: [events('a b'), acknowledge()],
    calls: ['write a b', `write acknowledging ${SOURCE.key}`],
  },
  {
    name: 'a sweep whose documents fill several batches is retired after the last of them',
    limits: { batchDocuments: 1 },
    emissions: [documents(resource('a', 2_000), resource('b', 2_000)), retire()],
    calls: ['write a', 'write b', 'retire ec2-instance'],
  },
  {
    name: 'a sweep is not retired when a document of an earlier batch was refused',
    limits: { batchDocuments: 1 },
    emissions: [documents(broken('a'), resource('b', 2_000)), retire()],
    calls: ['write a', 'write b'],
  },
  {
    name: 'a delivery is published after the last of its batches',
    limits: { batchDocuments: 2 },
    emissions: [begin(), documents(line('a'), line('b'), line('c')), publish()],
    calls: ['begin d1', 'write a b of d1', 'write c of d1', 'publish d1'],
  },
  {
    name: 'a delivery that is begun again forgets what was not written of the first attempt',
    limits: { batchDocuments: 2 },
    emissions: [begin(), documents(line('a'), line('b'), line('c')), begin(), documents(line('a')), publish()],
    calls: ['begin d1', 'write a b of d1', 'begin d1', 'write a of d1', 'publish d1'],
  },
  {
    name: 'what is forgotten of a first attempt uses up no memory',
    limits: { budgetBytes: BODY_BYTES * 2 },
    emissions: [begin(), documents(line('a')), begin(), documents(line('b')), documents(line('c')), publish()],
    calls: ['begin d1', 'begin d1', 'write b c of d1', 'publish d1'],
  },
];

for (const { name, limits, emissions, calls } of BATCHES) {
  test(name, async () => {
    const { store, writer, job } = setUp(limits);
    const ticket = job('job');
    await emitAll(writer, ticket, emissions);
    await writer.flush();
    await writer.settled(ticket);
    assert.deepEqual(store.calls, calls);
    assert.equal(ticket.pending, 0);
  });
}

test('documents of several jobs share a batch, and each job counts its own', async () => {
  const { store, writer, job } = setUp();
  const [one, two] = [job('one'), job('two')];
  await writer.emit(one, events('a'));
  await writer.emit(two, documents(event('b'), broken('x')));
  await writer.emit(one, documents(broken('y'), event('c')));
  await writer.flush();
  assert.deepEqual(store.calls, ['write a b x y c']);
  assert.deepEqual([one.documents, one.written, one.deadLetters], [2, 2, 1]);
  assert.deepEqual([two.documents, two.written, two.deadLetters], [1, 1, 1]);
  const deadLetters = [...(await one.deadLetterFile.first(10)), ...(await two.deadLetterFile.first(10))];
  assert.deepEqual(
    deadLetters.map(({ source, content }) => [source, content]),
    [
      ['one', '{"id": y'],
      ['two', '{"id": x'],
    ],
  );
});

test('a dead letter holds no more than 64 KiB of a refused document', async () => {
  const { writer, job } = setUp();
  const ticket = job('job');
  await writer.emit(ticket, documents({ ...event('large'), body: Buffer.alloc(100_000, 'x') }));
  await writer.flush();
  assert.equal((await ticket.deadLetterFile.first(1))[0]?.content.length, 64 * 1024);
});

test('a refused document of one job does not keep the sweep of another from being retired', async () => {
  const inner = memoryStore();
  const other: Sweep = { ...SWEEP, kind: 'ec2-volume' };
  await write(inner, resource('gone', 1_000), resource('kept', 1_000, other));
  const { store, writer, job } = setUp({}, undefined, inner);
  const [whole, refused] = [job('whole'), job('refused')];
  await emitAll(writer, refused, [documents(broken('b')), retire(other)]);
  await emitAll(writer, whole, [retire()]);
  await writer.flush();
  assert.deepEqual(store.calls, ['write b', 'retire ec2-instance']);
  assert.equal(await idsIn(store, 'awscli-current'), 'kept');
  assert.deepEqual([whole.retired, refused.retired], [1, 0]);
});

test('sweeps of several jobs are retired at once, and each job counts its own', async () => {
  const inner = memoryStore();
  const other: Sweep = { ...SWEEP, kind: 'ec2-volume' };
  await write(inner, resource('a', 1), resource('b', 1, other), resource('c', 1, other));
  const { store, writer, job } = setUp({}, undefined, inner);
  const [one, two] = [job('one'), job('two')];
  await writer.emit(one, retire());
  await writer.emit(two, retire(other));
  await writer.flush();
  assert.deepEqual(store.calls, ['retire ec2-instance ec2-volume']);
  assert.deepEqual([one.retired, two.retired], [1, 2]);
});

test('documents of a delivery share no batch with others, and are seen once it is published', async () => {
  const { store, writer, job } = setUp();
  const [billing, trails] = [job('billing'), job('trails')];
  await emitAll(writer, billing, [begin(), documents(line('a'))]);
  await writer.emit(trails, events('b'));
  await writer.emit(billing, documents(line('c')));
  await writer.flush();
  assert.deepEqual([...store.calls].sort(), ['begin d1', 'write a c of d1', 'write b']);
  assert.deepEqual([await idsIn(store, 'awsbilling'), await store.ledger.delivery('costs', '2026-11')], ['', undefined]);
  await writer.emit(billing, publish());
  assert.deepEqual([await idsIn(store, 'awsbilling'), await store.ledger.delivery('costs', '2026-11')], ['a c', DELIVERY]);
});

test('jobs wait while the documents in memory use up their one budget, and go on as the store takes them', async () => {
  const store = door();
  const { writer, job } = setUp({ batchDocuments: 1, budgetBytes: BODY_BYTES * 2 }, () => store.opened);
  const [one, two] = [job('one'), job('two')];
  await writer.emit(one, events('a'));
  await writer.emit(two, events('b'));
  const gone: string[] = [];
  const later = [
    writer.emit(one, events('c')).then(() => gone.push('c')),
    writer.emit(two, events('d')).then(() => gone.push('d')),
  ];
  await settle();
  assert.deepEqual(gone, [], 'both wait, however little each of them has emitted');
  // What takes no memory does not wait.
  await writer.emit(one, { type: 'dropped', count: 1, reason: 'of another service' });
  store.open();
  await Promise.all(later);
  await writer.flush();
  assert.deepEqual([one.documents, two.documents], [2, 2]);
});

test('a job that waits for memory is refused once the store has failed', async () => {
  const store = door();
  const { writer, failures, job } = setUp({ batchDocuments: 1, budgetBytes: BODY_BYTES }, async () => {
    await store.opened;
    throw new OrgscopeError('store', 'the disk is full', 'Make room.');
  });
  const ticket = job('job');
  await writer.emit(ticket, events('a'));
  const waiting = assert.rejects(writer.emit(ticket, events('b')), { code: 'store', message: 'the disk is full' });
  store.open();
  await waiting;
  await writer.flush();
  assert.deepEqual(failures, [writer.failure]);
  assert.equal(ticket.documents, 0);
});

test('one batch is written at a time', async () => {
  const doors = new Map(['write a', 'write b'].map((call) => [call, door()]));
  const { store, writer, job } = setUp({ batchDocuments: 1 }, (call) => doors.get(call)?.opened);
  await writer.emit(job('job'), events('a b'));
  await settle();
  assert.deepEqual(store.calls, ['write a']);
  doors.get('write a')?.open();
  await settle();
  assert.deepEqual(store.calls, ['write a', 'write b']);
  doors.get('write b')?.open();
  await writer.flush();
});

test('a job is settled once the store has all of it, not when it has emitted all of it', async () => {
  const store = door();
  const { writer, job } = setUp({ batchDocuments: 1 }, () => store.opened);
  const ticket = job('job');
  await writer.emit(ticket, events('a b'));
  let settled = false;
  const settling = writer.settled(ticket).then(() => {
    settled = true;
  });
  await settle();
  assert.equal(settled, false);
  store.open();
  await settling;
  assert.equal(ticket.documents, 2);
  await writer.settled(job('a job that emitted nothing'));
  await writer.flush();
});

test('a small batch is written by itself after its time', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { store, writer, job } = setUp({ flushAfterMs: 500 });
  const ticket = job('job');
  await writer.emit(ticket, events('a'));
  t.mock.timers.tick(499);
  await settle();
  assert.deepEqual(store.calls, []);
  await writer.emit(ticket, events('b'));
  t.mock.timers.tick(1);
  await writer.settled(ticket);
  assert.deepEqual(store.calls, ['write a b']);
});

test('a small batch grows past its time while the store is busy, and is written as soon as it is free', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const first = door();
  const { store, writer, job } = setUp({ flushAfterMs: 500, batchDocuments: 3 }, (call) =>
    call === 'write a b c' ? first.opened : undefined,
  );
  const ticket = job('job');
  await writer.emit(ticket, events('a b c d'));
  t.mock.timers.tick(500);
  await writer.emit(ticket, events('e'));
  await settle();
  assert.deepEqual(store.calls, ['write a b c']);
  first.open();
  await writer.settled(ticket);
  assert.deepEqual(store.calls, ['write a b c', 'write d e']);
});

/** Each row: a call that the store fails, what one job emits, what reaches the store, and what of it is there afterwards. */
const FAILURES: readonly {
  readonly name: string;
  readonly fails: string;
  readonly emissions: readonly Emission[];
  readonly calls: readonly string[];
  readonly trail?: string;
  readonly current?: string;
  readonly acknowledged?: boolean;
}[] = [
  {
    name: 'a source is not acknowledged when the store fails at a batch before its own',
    fails: 'write a b',
    emissions: [events('a b c'), acknowledge()],
    calls: ['write a b'],
  },
  {
    name: 'a source is not acknowledged when the store fails at its own batch, though documents of it are stored',
    fails: `write c acknowledging ${SOURCE.key}`,
    emissions: [events('a b c'), acknowledge()],
    calls: ['write a b', `write c acknowledging ${SOURCE.key}`],
    trail: 'a b',
  },
  {
    name: 'what was acknowledged before the store failed stays acknowledged',
    fails: 'write c d',
    emissions: [events('a'), acknowledge(), events('b c d')],
    calls: [`write a b acknowledging ${SOURCE.key}`, 'write c d'],
    trail: 'a b',
    acknowledged: true,
  },
  {
    name: 'a sweep is not retired when the store failed at what it saw',
    fails: 'write seen',
    emissions: [documents(resource('seen', 2_000)), retire()],
    calls: ['write seen'],
    current: 'gone',
  },
  {
    name: 'a sweep that can not be retired fails the run, and what it saw is stored',
    fails: 'retire ec2-instance',
    emissions: [documents(resource('seen', 2_000)), retire()],
    calls: ['write seen', 'retire ec2-instance'],
    current: 'gone seen',
  },
  {
    name: 'a delivery that can not be begun is not loaded',
    fails: 'begin d1',
    emissions: [begin(), documents(line('a')), publish()],
    calls: ['begin d1'],
  },
  {
    name: 'a delivery is not published when the store failed at its lines',
    fails: 'write a of d1',
    emissions: [begin(), documents(line('a')), publish()],
    calls: ['begin d1', 'write a of d1'],
  },
  {
    name: 'a delivery that can not be published fails the run',
    fails: 'publish d1',
    emissions: [begin(), documents(line('a')), publish()],
    calls: ['begin d1', 'write a of d1', 'publish d1'],
  },
];

for (const row of FAILURES) {
  test(row.name, async () => {
    const inner = memoryStore();
    await write(inner, resource('gone', 1_000));
    const failing = (call: string) => {
      if (call === row.fails) throw new Error('disk full');
    };
    const { store, writer, failures, job } = setUp({ batchDocuments: 2 }, failing, inner);
    const ticket = job('job');
    // What is emitted before the failure is known is taken; what comes later is refused with the failure.
    await emitAll(writer, ticket, row.emissions).catch((error: unknown) => assert.equal(error, writer.failure));
    await writer.flush();
    await writer.settled(ticket);
    assert.deepEqual(store.calls, row.calls);
    assert.equal(await idsIn(store, 'awscli-trail'), row.trail ?? '');
    assert.equal(await idsIn(store, 'awscli-current'), row.current ?? 'gone');
    assert.equal(await idsIn(store, 'awsbilling'), '');
    assert.equal((await store.ledger.known('trails', [SOURCE.key])).size, row.acknowledged === true ? 1 : 0);
    assert.deepEqual(failures, [writer.failure]);
    assert.deepEqual([writer.failure?.code, writer.failure?.message], ['store', 'disk full']);
    await assert.rejects(writer.emit(ticket, events('z')), (error) => error === writer.failure);
  });
}
