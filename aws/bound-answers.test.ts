import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpRequest } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type AnswerLimits, boundAnswers } from './bound-answers.ts';

const KIB = 1024;
const LIMITS: AnswerLimits = {
  silenceMs: 250,
  wholeMs: 1_000,
  giveUpMs: 375,
  restMs: 60_000,
  bytes: 64 * KIB,
  heldBytes: 1024 * KIB,
};
const PIECE = Buffer.alloc(16 * KIB, 'x');
const cleanUp: (() => void)[] = [];
after(() => {
  for (const each of cleanUp) each();
});

/** A client of a server that answers like this, within these limits. */
async function against(answer: RequestListener, limits: Partial<AnswerLimits> = {}) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    answer(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const own = new NodeHttpHandler();
  cleanUp.push(() => {
    own.destroy();
    server.close();
    server.closeAllConnections();
  });
  const wire = boundAnswers(own as never, { ...LIMITS, ...limits });
  const { port } = server.address() as AddressInfo;
  return {
    requests: () => requests,
    ask: (query: Record<string, string> = {}, abortSignal?: AbortSignal) =>
      wire.handle(
        new HttpRequest({ protocol: 'http:', hostname: '127.0.0.1', port, method: 'GET', path: '/', query }),
        abortSignal === undefined ? {} : { abortSignal },
      ),
  };
}
const DOWNLOAD = { 'x-id': 'GetObject' };

test('an answer is passed on complete', async () => {
  const { ask } = await against((_, response) => void response.end('whole'));
  assert.equal(Buffer.from((await ask()).response.body).toString(), 'whole');
});

test('no answer, an answer that never ends, one that is too large and one that breaks off all end with an error', async () => {
  const hostile: readonly [RequestListener, RegExp][] = [
    [() => undefined, /no answer within 0\.25 s/],
    [(_, response) => void response.writeHead(200).flushHeaders(), /no answer within 0\.25 s/],
    [
      (_, response) => {
        const drops = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drops));
      },
      /not complete after 1 s/,
    ],
    [
      (_, response) => {
        const pour = () => {
          while (!response.destroyed && response.write(PIECE));
        };
        response.on('drain', pour);
        pour();
      },
      /larger than/,
    ],
    [(_, response) => void response.write(PIECE, () => response.destroy()), /broke off/],
    [
      (_, response) => {
        response.writeHead(200, { 'content-length': 100_000 });
        response.write(PIECE, () => response.destroy());
      },
      /broke off/,
    ],
  ];
  for (const [answer, expected] of hostile) {
    const { ask } = await against(answer);
    await assert.rejects(ask(), expected);
  }
});

test('calls to a host that does not answer fail at once for a while, and are sent again after that', async () => {
  let silent = true;
  const { ask, requests } = await against((_, response) => void (silent || response.end('there')), { restMs: 300 });
  for (let count = 0; count < 5; count++) await assert.rejects(ask(), /no answer/);
  assert.equal(requests(), 2, 'the host is asked twice and then no more');
  silent = false;
  await sleep(400);
  await ask();
  await ask();
  assert.equal(requests(), 4);
});

test('one slow answer among quick ones does not mark the host as silent', async () => {
  const { ask, requests } = await against((request, response) => void (request.url === '/?slow=1' || response.end('there')));
  for (let count = 0; count < 3; count++) {
    await assert.rejects(ask({ slow: '1' }), /no answer/);
    await ask();
  }
  assert.equal(requests(), 6);
});

test('a process that was busy for longer than the limit still reads the answers that came meanwhile', async () => {
  const { ask } = await against((_, response) => {
    response.end('there');
    const until = performance.now() + 2 * LIMITS.silenceMs;
    while (performance.now() < until);
  });
  await ask();
});

test('the content of an object may be larger and take longer, and its reader may pause; but the server may not stall', async () => {
  let stall = false;
  const { ask } = await against((_, response) => {
    response.writeHead(200);
    let pieces = 0;
    const timer = setInterval(() => {
      if (!response.write(PIECE) || ++pieces < 12) return;
      clearInterval(timer);
      if (!stall) response.end();
    }, 50);
    response.on('close', () => clearInterval(timer));
  });
  const { body } = (await ask(DOWNLOAD)).response;
  assert.ok(body instanceof Readable);
  body.once('readable', () => undefined);
  await sleep(3 * LIMITS.silenceMs);
  assert.equal((await buffer(body)).byteLength, 12 * PIECE.byteLength);
  stall = true;
  await assert.rejects(buffer((await ask(DOWNLOAD)).response.body), /no answer within 0\.25 s/);
});

test('a stopped call ends at once: before its answer, within it, and within an object', async () => {
  const patient = { silenceMs: 60_000, wholeMs: 60_000 };
  const silent = await against(() => undefined, patient);
  const stalled = await against((_, response) => void response.writeHead(200).flushHeaders(), patient);
  for (const { ask, requests } of [silent, stalled]) {
    const stop = new AbortController();
    const asked = ask({}, stop.signal);
    while (requests() === 0) await sleep(5);
    await sleep(20);
    stop.abort();
    await assert.rejects(asked, { name: 'AbortError' });
  }
  const stop = new AbortController();
  const { body } = (await stalled.ask(DOWNLOAD, stop.signal)).response;
  setTimeout(() => stop.abort(), 20);
  await assert.rejects(buffer(body), { name: 'AbortError' });
});
