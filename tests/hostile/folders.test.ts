import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { localFolder } from '../../collectors/objects/local-folder.ts';
import { reviveObject } from '../../collectors/objects/revive-object.ts';
import type { ListingTrouble, SourceObject } from '../../core/object.ts';
import { makeLists, runCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-folders-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const event = (id: string) => JSON.stringify({ eventTime: '2026-11-20T10:00:00Z', eventName: 'Call', eventID: id });

async function listed(path: string): Promise<{ objects: SourceObject[]; troubles: ListingTrouble[] }> {
  const objects: SourceObject[] = [];
  const troubles: ListingTrouble[] = [];
  for await (const object of localFolder(path).list(undefined, (trouble) => troubles.push(trouble))) objects.push(object);
  return { objects, troubles };
}

test('an unreadable file of a folder is reported and skipped alone; file names need not be text', async () => {
  const root = join(folder, 'mixed');
  mkdirSync(join(root, 'below'), { recursive: true });
  writeFileSync(join(root, 'a.json'), event('a'));
  writeFileSync(join(root, 'below', 'z.json'), event('z'));
  // `é` in Latin-1: a single byte, which is not valid UTF-8.
  const odd = Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9]), Buffer.from('.json')]);
  writeFileSync(odd, event('odd'));
  symlinkSync(join(root, 'gone.json'), join(root, 'broken.json'));
  symlinkSync('self.json', join(root, 'self.json'));
  symlinkSync(root, join(root, 'below', 'up'));
  execFileSync('mkfifo', [join(root, 'pipe.json')]);
  const server = createServer().listen(join(root, 'socket.json'));
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    const common = ['--data', join(folder, 'data'), '--lists', makeLists()];
    const { code, stdout } = await runCli(['run', 'trails', '--source', root, '--json', ...common]);
    const { totals, problems, failed } = JSON.parse(stdout);
    assert.deepEqual([code, totals.documents, failed], [1, 3, []], stdout);
    assert.deepEqual(
      problems.map(
        ({ severity, message }: { severity: string; message: string }) => `${severity} ${message.replaceAll(`${root}/`, '')}`,
      ),
      [
        'failed broken.json does not exist',
        'failed self.json is a link that leads back to itself',
        'notice Left out as no files but pipes, sockets or devices: 2 objects, such as pipe.json.',
      ],
    );
  } finally {
    server.close();
  }
});

test('a file whose name is no UTF-8 is opened by another process too', async () => {
  const root = join(folder, 'bytes');
  mkdirSync(root);
  const name = (byte: number) => Buffer.concat([Buffer.from(`${root}/x`), Buffer.from([byte]), Buffer.from('.json')]);
  writeFileSync(name(0xe9), 'one');
  writeFileSync(name(0xe8), 'two');
  const { objects, troubles } = await listed(root);
  assert.deepEqual(troubles, []);
  assert.deepEqual(
    objects.map(({ path }) => path),
    ['x\\xE8.json', 'x\\xE9.json'],
  );
  assert.equal(new Set(objects.map(({ key }) => key)).size, 2);
  const contents: string[] = [];
  for (const { ref } of objects) {
    const revived = await reviveObject(JSON.parse(JSON.stringify(ref)), undefined);
    contents.push((await revived.read()).body.toString('utf8'));
  }
  assert.deepEqual(contents, ['two', 'one']);
});

test('folders that link to one another are each walked once', async () => {
  const root = join(folder, 'maze');
  const rooms = Array.from({ length: 12 }, (_, number) => `room${number}`);
  for (const room of rooms) mkdirSync(join(root, room), { recursive: true });
  for (const room of rooms) {
    writeFileSync(join(root, room, 'a.json'), event(room));
    // Twelve folders that all link to one another have more than a hundred million paths.
    for (const other of rooms) if (other !== room) symlinkSync(join('..', other), join(root, room, `to-${other}`));
  }
  const { objects, troubles } = await listed(root);
  assert.deepEqual([new Set(objects.map(({ name }) => name)).size, objects.length, troubles], [rooms.length, rooms.length, []]);
});

test('a named pipe as the source is reported as such, and the run does not wait for it', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  await assert.rejects(listed(pipe), { code: 'usage', message: /is a pipe/ });
});
