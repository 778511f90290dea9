import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { HttpRequest } from '@smithy/core/protocols';
import { openSample, type Sample } from '../../sample/open-sample.ts';
import { readCall } from '../../sample/wire/read-call.ts';

/** The answer that replaces AWS's, or the change to AWS's answer. */
export type Hostility =
  | 'html'
  | 'nothing'
  | 'redirect'
  /** The first half of the answer; then the connection ends. */
  | 'cut'
  /** The first half of the answer, as if it were the whole. */
  | 'half'
  | 'silent'
  | 'stalled'
  | 'trickling'
  | 'endless';

/** The sample organisation behind HTTP, as a stand-in for AWS whose answers can be spoilt at the wire. */
export interface HostileAws {
  readonly url: string;
  readonly sample: Sample;
  /** The environment variables that point a process to this server. */
  readonly env: Readonly<Record<string, string>>;
  /** The hostility by service, such as `ec2`; undefined answers as AWS would. */
  hostility: (service: string) => Hostility | undefined;
  /** The number of requests so far. */
  readonly requests: number;
  close(): Promise<void>;
}

export async function startHostileAws(): Promise<HostileAws> {
  const sample = openSample({ now: new Date() });
  let requests = 0;

  const server = createServer(async (incoming, outgoing) => {
    requests += 1;
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://aws');
    const body = await buffer(incoming);
    const request = new HttpRequest({
      method: incoming.method ?? 'GET',
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: incoming.headers as Record<string, string>,
      body: body.toString(),
    });
    const { response } = await sample.requestHandler.handle(request);
    const answer = Buffer.from((response.body as Uint8Array | string | undefined) ?? '');
    const hostility = aws.hostility(readCall(request)?.service ?? '');
    if (hostility !== undefined) spoil(hostility, outgoing, response.headers, answer);
    else outgoing.writeHead(response.statusCode, response.headers).end(answer);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { accessKeyId, secretAccessKey } = sample.credentials;
  const aws: HostileAws = {
    url,
    sample,
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: sample.homeRegion,
    },
    hostility: () => undefined,
    get requests() {
      return requests;
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
  return aws;
}

function spoil(hostility: Hostility, outgoing: ServerResponse, headers: Record<string, string>, answer: Buffer): void {
  const { 'content-type': type = '' } = headers;
  switch (hostility) {
    case 'html':
      outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><html><body>Sign in, please.</body></html>');
      return;
    case 'nothing':
      outgoing.writeHead(200).end();
      return;
    case 'redirect':
      outgoing.writeHead(302, { location: 'http://login.example/?session=SECRET' }).end();
      return;
    case 'cut':
      outgoing.writeHead(200, { 'content-type': type, 'content-length': String(answer.length) });
      outgoing.write(answer.subarray(0, answer.length >> 1), () => outgoing.destroy());
      return;
    case 'half':
      outgoing.writeHead(200, { 'content-type': type }).end(answer.subarray(0, answer.length >> 1));
      return;
    case 'silent':
      return;
    case 'stalled':
      outgoing.writeHead(200, { 'content-type': type }).write(answer.subarray(0, 1));
      return;
    case 'trickling': {
      outgoing.writeHead(200, { 'content-type': type });
      const drops = setInterval(() => outgoing.write(' '), 50);
      outgoing.on('close', () => clearInterval(drops));
      return;
    }
    case 'endless': {
      const piece = Buffer.alloc(1024 * 1024, ' ');
      outgoing.writeHead(200, { 'content-type': type });
      const pour = (): void => {
        while (!outgoing.destroyed && outgoing.write(piece));
      };
      outgoing.on('drain', pour);
      pour();
    }
  }
}
