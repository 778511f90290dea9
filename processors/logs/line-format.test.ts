import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeLog } from '../../tests/support/decode-log.ts';
import { constantPart } from '../record-memory.ts';
import { communityId } from './community-id.ts';
import type { LogDataset } from './declare-dataset.ts';
import { type LineFormat, lineFormat } from './line-format.ts';
import { setPart } from './line-slots.ts';
import { NO_NAMES } from './resource-names.ts';

const NOW = constantPart('2026-11-21T09:30:00.000');

/** A dataset of lines with these fields; the leaves say where they go. */
function datasetOf(columns: readonly string[], format: Pick<LineFormat, 'leaves'> & Partial<LineFormat>): LogDataset {
  const lines = lineFormat({
    name: 'test',
    dataset: 'aws.test',
    separator: ' ',
    derived: [],
    prepare: (slot) => {
      const time = slot('@timestamp');
      return () => {
        setPart(time, NOW);
        return undefined;
      };
    },
    ...format,
  });
  return {
    name: 'test',
    dataset: 'aws.test',
    summary: 'test',
    page: '',
    layout: '',
    recognizeKey: () => undefined,
    fields: [],
    open: (object) => lines.open(object, columns),
  };
}

const text = (field: string, slot = field) => ({ field, slot, form: 'text' }) as const;

test('objects and lists that stay empty are left out, wherever they lie', () => {
  const dataset = datasetOf(['one', 'two', 'three', 'four'], {
    leaves: [
      text('a.b.c', 'one'),
      text('a.b.d.e', 'two'),
      text('f', 'three'),
      { field: 'a.list', slot: 'three', form: 'text', list: {} },
      { field: 'a.list', slot: 'four', form: 'text', list: { unlike: 'three' } },
      { field: 'a.constant', constant: 'x' },
    ],
  });
  const own = (line: string) => {
    const { documents } = decodeLog(dataset, line);
    const { a, f } = documents[0]?.body ?? {};
    return f === undefined ? { a } : { a, f };
  };
  assert.deepEqual(own('1 2 3 4'), { a: { b: { c: '1', d: { e: '2' } }, list: ['3', '4'], constant: 'x' }, f: '3' });
  assert.deepEqual(own('- 2 - 4'), { a: { b: { d: { e: '2' } }, list: ['4'], constant: 'x' } });
  assert.deepEqual(own('1 - 3 3'), { a: { b: { c: '1' }, list: ['3'], constant: 'x' }, f: '3' });
  assert.deepEqual(own('- - - -'), { a: { constant: 'x' } });
  assert.deepEqual(own('1'), { a: { b: { c: '1' }, constant: 'x' } });
});

test('quotes and brackets hold separators; a quote that nothing follows but a separator closes', () => {
  const dataset = datasetOf(['one', 'two', 'three'], {
    quotes: { fieldsOf: () => [], repair: /(?!)/ },
    brackets: true,
    leaves: [text('one'), text('two'), text('three')],
  });
  const own = (line: string) => {
    const { documents, deadLetters } = decodeLog(dataset, line);
    const { one, two, three } = documents[0]?.body ?? {};
    return documents.length === 0 ? deadLetters : [one, two, three];
  };
  assert.deepEqual(own('"a b" [c d] e'), ['a b', 'c d', 'e']);
  assert.deepEqual(own('"a"b c" x y'), ['a"b c', 'x', 'y']);
  assert.deepEqual(own('"a \\" b" x y'), ['a \\" b', 'x', 'y']);
  assert.deepEqual(own('"a \\" x y'), ['a \\', 'x', 'y']);
  assert.deepEqual(own('"-" "" x'), [undefined, undefined, 'x']);
  assert.deepEqual(own('a "b c'), ['line 1: has no end of two']);
});

test('any bytes become the text that Node makes of them', () => {
  const dataset = datasetOf(['one', 'two'], { leaves: [text('one'), text('two')] });
  let state = 7;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const STARTS = [
    0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf3, 0xf4, 0xf5, 0x80, 0xbf, 0x9f, 0x8f, 0xa0, 0x90, 0x22, 0x5c, 0x07,
  ];
  for (let round = 0; round < 3000; round++) {
    const word = Buffer.from(
      Array.from({ length: 1 + next(12) }, () => (next(4) === 0 ? next(256) : (STARTS[next(STARTS.length)] as number))).filter(
        (byte) => byte !== 0x0a && byte !== 0x0d && byte !== 0x20,
      ),
    );
    if (word.length === 0) continue;
    const { documents } = decodeLog(dataset, Buffer.concat([Buffer.from('x '), word]));
    const expected = word.toString() === '-' ? undefined : word.toString();
    assert.equal(documents[0]?.body.two, expected, word.toString('hex'));
  }
});

test('numbers and addresses are checked', () => {
  const dataset = datasetOf(['n', 'ip'], {
    leaves: [
      { field: 'n', slot: 'n', form: 'number' },
      { field: 'ip', slot: 'ip', form: 'ip' },
    ],
  });
  for (const [line, deadLetter] of [
    ['1 10.0.0.1', undefined],
    ['-1.50 ::1', undefined],
    ['01 ::1', 'line 1: has a field n that is no number'],
    ['1e3 ::1', 'line 1: has a field n that is no number'],
    ['1. ::1', 'line 1: has a field n that is no number'],
    ['1 10.0.0.256', 'line 1: has a field ip that is no IP address'],
    ['1 10.0.0', 'line 1: has a field ip that is no IP address'],
    ['1 10.0.0.01', 'line 1: has a field ip that is no IP address'],
    ['1 ::g', 'line 1: has a field ip that is no IP address'],
  ] as const) {
    assert.deepEqual(decodeLog(dataset, line).deadLetters, deadLetter === undefined ? [] : [deadLetter], line);
  }
});

test('objects that are read in turns, with other orders of fields, do not mix', () => {
  const dataset = datasetOf([], {
    leaves: [text('one'), text('two')],
    header: ({ number, bytes, start, end }) => (number === 1 ? bytes.toString('latin1', start, end).split(' ') : undefined),
  });
  const opened = ['one two', 'two one'].map((header, index) => {
    const decoder = dataset.open({
      name: `object-${index}`,
      identity: `id-${index}`,
      account: `${index}`.repeat(12),
      region: undefined,
      accountName: (id) => `name of ${id}`,
      names: NO_NAMES,
      preserveOriginal: false,
      written: '2026-11-21T10:00:00.000Z',
    });
    decoder.reader.push(Buffer.from(`${header}\n${Array.from({ length: 5 }, (_, line) => `a${line} b${line}`).join('\n')}\n`));
    return decoder;
  });
  for (let line = 0; line < 5; line++) {
    for (const [index, decoder] of opened.entries()) {
      assert.equal(decoder.reader.next(), 'record');
      const result = decoder.encode('2026-11-21T10:05:00.000Z');
      assert.ok(result.type === 'ok');
      const { one, two, cloud, log } = JSON.parse(Buffer.from(result.value.body).toString());
      const account = `${index}`.repeat(12);
      assert.deepEqual([one, two], index === 0 ? [`a${line}`, `b${line}`] : [`b${line}`, `a${line}`]);
      assert.deepEqual([cloud.account, log.file.path], [{ id: account, name: `name of ${account}` }, `object-${index}`]);
    }
  }
});

test('content in pieces of any size gives the same documents, with the bytes of the lines as their offsets', () => {
  const dataset = datasetOf(['one', 'two'], { leaves: [text('one'), text('two')] });
  const content = '\uFEFFa b\r\nc ü\n\nlong-long-long d\n';
  const whole = decodeLog(dataset, content).documents;
  assert.deepEqual(
    whole.map(({ id, body }) => [id, body.two]),
    [
      ['identity:3', 'b'],
      ['identity:8', 'ü'],
      ['identity:14', 'd'],
    ],
  );
  for (let pieceBytes = 1; pieceBytes < 12; pieceBytes++) {
    assert.deepEqual(decodeLog(dataset, content, { pieceBytes }).documents, whole, String(pieceBytes));
  }
});

test('a line of more than 1 MiB is a dead letter with its length', () => {
  const dataset = datasetOf(['one', 'two'], { leaves: [text('one')] });
  const { documents, deadLetters } = decodeLog(dataset, `a b\n${'x'.repeat(1_100_000)}\nc d\n`);
  assert.deepEqual(
    documents.map(({ body }) => body.one),
    ['a', 'c'],
  );
  assert.deepEqual(deadLetters, ['line 2: is larger than 1 MiB (1,100,000 bytes)']);
});

test('a line that is no UTF-8 is kept in base64 where its original is asked for', () => {
  const dataset = datasetOf(['one', 'two'], { leaves: [text('one'), text('two')] });
  const lines = [Buffer.from('a ü'), Buffer.from([0x61, 0x20, 0xff])];
  const { documents } = decodeLog(dataset, Buffer.concat([lines[0] as Buffer, Buffer.from('\n'), lines[1] as Buffer]), {
    preserveOriginal: true,
  });
  assert.deepEqual(
    documents.map(({ body }) => [body.two, (body.event as { original: string }).original, body.orgscope]),
    [
      ['ü', 'a ü', undefined],
      ['\ufffd', lines[1]?.toString('base64'), { original_encoding: 'base64' }],
    ],
  );
});

test('what the inventory and a database of addresses know of the sides of a line is added, and the direction follows from it', () => {
  const dataset = datasetOf(['from', 'to', 'seen', 'way', 'proto', 'sport', 'dport'], {
    leaves: [
      { field: 'source.ip', slot: 'from', form: 'ip' },
      { field: 'source.port', slot: 'sport', form: 'number' },
      { field: 'destination.ip', slot: 'to', form: 'ip' },
      { field: 'destination.port', slot: 'dport', form: 'number' },
      { field: 'network.iana_number', slot: 'proto', form: 'text' },
    ],
    flow: { direction: 'way', seenAt: 'seen' },
  });
  const asked: unknown[] = [];
  const names = {
    ...NO_NAMES,
    ofAddress: (account: string | undefined, ip: string, timeMs: number, seenAt?: string) => {
      asked.push([account, ip, timeMs, seenAt]);
      return ip === '10.0.0.1'
        ? { interfaceId: 'eni-1', instanceId: 'i-1', instanceName: 'shop "1"', securityGroups: ['sg-1', 'sg-2'] }
        : undefined;
    },
  };
  const locate = (ip: string) => (ip === '1.1.1.1' ? { geo: { country_iso_code: 'AU' }, as: { number: 13335 } } : undefined);
  const { documents } = decodeLog(
    dataset,
    '10.0.0.1 1.1.1.1 eni-1 - 6 1234 80\n1.1.1.1 9.9.9.9 - egress 6 1234 80\n- - - - - - -\n',
    {
      names,
      locate,
      communityId: true,
    },
  );
  const time = Date.parse('2026-11-21T09:30:00Z');
  assert.deepEqual(asked.slice(0, 2), [
    ['111122223333', '10.0.0.1', time, 'eni-1'],
    ['111122223333', '1.1.1.1', time, 'eni-1'],
  ]);
  assert.deepEqual(
    documents.map(({ body: { source, destination, network } }) => ({ source, destination, network })),
    [
      {
        source: {
          ip: '10.0.0.1',
          port: 1234,
          instance: { id: 'i-1', name: 'shop "1"' },
          security_group: { id: ['sg-1', 'sg-2'] },
          interface: { id: 'eni-1' },
        },
        destination: { ip: '1.1.1.1', port: 80, geo: { country_iso_code: 'AU' }, as: { number: 13335 } },
        network: {
          iana_number: '6',
          direction: 'outbound',
          community_id: communityId({
            source: '10.0.0.1',
            destination: '1.1.1.1',
            protocol: 6,
            sourcePort: 1234,
            destinationPort: 80,
          }),
        },
      },
      {
        source: { ip: '1.1.1.1', port: 1234, geo: { country_iso_code: 'AU' }, as: { number: 13335 } },
        destination: { ip: '9.9.9.9', port: 80 },
        network: {
          iana_number: '6',
          direction: 'egress',
          community_id: communityId({
            source: '1.1.1.1',
            destination: '9.9.9.9',
            protocol: 6,
            sourcePort: 1234,
            destinationPort: 80,
          }),
        },
      },
      { source: undefined, destination: undefined, network: undefined },
    ],
  );
});
