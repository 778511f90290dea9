import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { unpack } from '../../core/unpack.ts';
import { lineItemEncoder } from '../../processors/encode-line-item.ts';
import { createTrailReader } from '../../processors/parse-cloudtrail.ts';
import { csvSplitter } from '../../processors/split-csv.ts';
import { measuredCli } from '../support/measured.ts';
import { makeLists, runCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-hostile-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const MIB = 1024 * 1024;
const event = (id: string, rest: object = {}) =>
  JSON.stringify({ eventVersion: '1.10', eventTime: '2026-11-20T10:00:00Z', eventName: 'Call', eventID: id, ...rest });

/** The CPU seconds that some work takes. */
function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Pushes the bytes in pieces, as a stream does. */
function feed(bytes: Buffer, piece: number, push: (piece: Buffer) => void): void {
  for (let at = 0; at < bytes.length; at += piece) push(bytes.subarray(at, at + piece));
}

function readRecords(text: Buffer): { records: number; refused: number } {
  const reader = createTrailReader();
  let records = 0;
  let refused = 0;
  const take = (): void => {
    for (let step = reader.next(); step !== 'more' && step !== 'end'; step = reader.next()) {
      if (step === 'record') records++;
      else if (step === 'refused') refused++;
      else assert.fail(`${step}: ${reader.reason}`);
    }
  };
  feed(text, MIB, (piece) => {
    reader.push(piece);
    take();
  });
  reader.finish();
  take();
  return { records, refused };
}

test('a record of any size, depth or number of keys is skipped in about the time that as many bytes of harmless records take', () => {
  const size = 48 * MIB;
  const harmless = event('1', { requestParameters: { text: 'x'.repeat(1_000), list: [1, 2, 3] } });
  const lines = Buffer.from(`${harmless}\n`.repeat(size / harmless.length));
  readRecords(lines);
  const time = cpuSeconds(() => readRecords(lines));
  const good = event('good');
  for (const [name, poison] of [
    ['a text', event('bad', { requestParameters: 'x'.repeat(size) })],
    ['keys', event('bad', {}).replace('}', `${',"key":1'.repeat(size / 8)}}`)],
    ['depth', `${event('bad').slice(0, -1)},"a":${'['.repeat(size / 2)}${']'.repeat(size / 2)}}`],
  ] as const) {
    for (const text of [`{"Records":[${good},${poison},${good}]}`, `${good}\n${poison}\n${good}`]) {
      const bytes = Buffer.from(text);
      const spent = cpuSeconds(() => assert.deepEqual(readRecords(bytes), { records: 2, refused: 1 }));
      assert.ok(spent < 6 * time + 0.2, `${name}: ${spent} s instead of ${time} s`);
    }
  }
});

test('a poison record becomes a dead letter and no other record is lost; the run needs little more memory and time, and the next run succeeds', async () => {
  const harmless = join(folder, 'harmless');
  const poison = join(folder, 'poison');
  mkdirSync(harmless);
  mkdirSync(poison);
  const size = 40 * MIB;
  const wrapped = (...records: string[]) => gzipSync(`{"Records":[${records.join(',')}]}`, { level: 1 });
  // Records of a quarter of a megabyte: few documents are stored, so that the test measures reading.
  const large = Array.from({ length: 160 }, (_, id) => event(`h${id}`, { requestParameters: { text: 'x'.repeat(256_000) } }));
  writeFileSync(join(harmless, 'a.json.gz'), wrapped(...large));
  writeFileSync(
    join(poison, 'a.json.gz'),
    wrapped(event('1'), event('bad', { requestParameters: 'x'.repeat(size) }), event('2')),
  );
  writeFileSync(
    join(poison, 'b.json'),
    `${event('3')}\n${event('bad', { requestParameters: 'x'.repeat(size / 2) })}\n${event('4')}`,
  );
  writeFileSync(join(poison, 'c.json'), event('5', { requestParameters: Array.from({ length: 90_000 }, () => 'x'.repeat(20)) }));
  writeFileSync(join(poison, 'd.json'), event('6'));
  const run = (name: string) => [
    'run',
    'trails',
    '--source',
    join(folder, name),
    '--json',
    '--data',
    join(folder, `${name}-data`),
  ];
  const lists = makeLists();

  const well = await measuredCli([...run('harmless'), '--lists', lists]);
  assert.equal(well.code, 0, well.stdout + well.stderr);
  const ill = await measuredCli([...run('poison'), '--lists', lists]);
  assert.equal(ill.code, 1);
  const { totals, problems } = JSON.parse(ill.stdout);
  const causes = problems.map(({ code, count }: { code: string; count: number }) => [code, count]);
  assert.deepEqual([totals.documents, totals.deadLetters, causes], [6, 2, [['malformed', 2]]], ill.stdout);
  assert.ok(ill.peakMib < 1.5 * well.peakMib, `${ill.peakMib} MiB instead of ${well.peakMib}`);
  assert.ok(ill.cpuSeconds < 3 * well.cpuSeconds, `${ill.cpuSeconds} s instead of ${well.cpuSeconds}`);

  const again = await runCli([...run('poison'), '--lists', lists]);
  assert.equal(again.code, 0, again.stdout);
  assert.equal(JSON.parse(again.stdout).totals.skippedSources, 4);
});

test('unpacking of gzip within gzip that grows without end stops at a bounded size', async () => {
  // A gibibyte of blanks packs into a megabyte, and that into some kilobytes.
  const gibibyte = Buffer.concat(Array.from({ length: 64 }, () => BLANKS));
  const bomb = gzipSync(gibibyte, { level: 9 });
  assert.ok(bomb.length < 64 * 1024, `${bomb.length} bytes`);
  let bytes = 0;
  const read = async () => {
    for await (const chunk of unpack(oneAfterTheOther(bomb), MIB)) bytes += chunk.length;
  };
  await assert.rejects(read(), /unpacks to more than/);
  assert.ok(bytes <= 257 * MIB, `${bytes} bytes`);

  let layers = Buffer.from('{}');
  for (let layer = 0; layer < 6; layer++) layers = gzipSync(layers);
  await assert.rejects(async () => {
    for await (const _ of unpack(oneAfterTheOther(layers), MIB));
  }, /gzip within gzip/);
});

const BLANKS = gzipSync(Buffer.alloc(16 * MIB, ' '), { level: 9 });

async function* oneAfterTheOther(bytes: Buffer): AsyncIterable<Buffer> {
  for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024);
}

test('rows of a report that are one endless value, or nothing but quotes and commas, are split in linear time', () => {
  const split = (text: string): number => {
    const splitter = csvSplitter();
    let rows = 0;
    feed(Buffer.from(text), 64 * 1024, (piece) => {
      rows += splitter.push(piece).length;
    });
    return rows + splitter.end().length;
  };
  const size = 8 * MIB;
  const line = `"a","b,c",d,${'x'.repeat(50)}\n`;
  const harmless = line.repeat(size / line.length);
  split(harmless);
  const time = cpuSeconds(() => split(harmless));
  for (const [name, row] of [
    ['quotes', `a,"${'""'.repeat(size / 5)}"\n`],
    ['quoted values', `a${',"b"'.repeat(size / 10)}\n`],
    ['line breaks', `a,"${'\n'.repeat(size / 2.5)}"\n`],
  ] as const) {
    const rows = 2;
    const spent = cpuSeconds(() => assert.equal(split(row.repeat(rows)), rows));
    assert.ok(spent < 20 * time + 0.2, `${name}: ${spent} s instead of ${time} s`);
  }
  const endless = `a,"${'x'.repeat(100 * MIB)}`;
  const spent = cpuSeconds(() => assert.throws(() => split(endless), /does not end/));
  assert.ok(spent < 5 * time + 0.2, `endless: ${spent} s instead of ${time} s`);
});

test('a report whose first line names a million columns is refused at once', () => {
  const context = { report: 'r', delivery: 'd', month: '2026-11', part: 1 };
  const few = ['lineItem/UnblendedCost', ...Array.from({ length: 300 }, (_, number) => `column/${number}`)];
  const many = ['lineItem/UnblendedCost', ...Array.from({ length: 200_000 }, (_, number) => `column/${number}`)];
  assert.equal(lineItemEncoder(few, context).type, 'ok');
  const refused = lineItemEncoder(many, context);
  assert.ok(refused.type === 'dead-letter');
  assert.match(refused.reason, /200,001 columns/);
});
