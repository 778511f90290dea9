import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import type { LocalOrgscope } from '../../core/orgscope.ts';
import { type Serving, serve } from '../../server/serve.ts';
import { missing, need } from '../support/needs.ts';
import { openTestStore, type TestStore } from '../support/open-test-store.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FIELDS = 60;

/** An event with `FIELDS` request parameters of this value, `one` as its action and user, and a list of related entities. */
const event = (id: string, value: string, one: string, list: readonly string[]) => ({
  index: 'awscli-trail-2026.11.01',
  id,
  operation: 'create' as const,
  body: Buffer.from(
    JSON.stringify({
      '@timestamp': '2026-11-01T00:00:00.000Z',
      event: { action: one },
      user: { name: one },
      related: { entity: list },
      aws: {
        cloudtrail: {
          flattened: {
            request_parameters: Object.fromEntries(Array.from({ length: FIELDS }, (_, index) => [`field${index}`, value])),
          },
        },
      },
    }),
  ),
});

describe('the page of a document, in a real browser', { skip: missing('CHROMIUM_PATH') }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-document-'));
  let store: TestStore;
  let serving: Serving;
  let browser: Browser;

  before(async () => {
    const webRoot = join(folder, 'web');
    const vite = join(ROOT, 'node_modules', '.bin', 'vite');
    execFileSync(vite, ['build', 'web', '--outDir', webRoot, '--logLevel', 'error'], { cwd: ROOT });
    store = await openTestStore(':memory:');
    const documents = [
      event('harmless', 'a value', 'a value', ['a value']),
      event('long', 'x'.repeat(20_000), 'y'.repeat(40_000), ['z'.repeat(20_000)]),
      event('words', 'some words '.repeat(2_000), 'w '.repeat(20_000), Array(5_000).fill('arn:aws:iam::111111111111:user/a')),
    ];
    await store.write({ documents, bytes: 0, sources: [] });
    const info = { version: '1.0.0', sample: false, store: 'a store of the test' };
    // Answers to the other requests of the page.
    const orgscope = {
      info: async () => info,
      status: async () => ({ info, counts: {}, runs: [], progress: null, gaps: [] }),
      progress: () => null,
      answer: store.answer,
    } as Partial<LocalOrgscope> as LocalOrgscope;
    const onDefect = (error: unknown) => assert.fail(String(error));
    serving = await serve({ orgscope, webRoot, host: '127.0.0.1', port: 0, token: 'a-token', onDefect });
    browser = await chromium.launch({ executablePath: need('CHROMIUM_PATH'), args: ['--no-sandbox', '--disable-gpu'] });
  });
  after(async () => {
    await browser?.close();
    await serving?.close();
    await store?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Seconds that the page was busy until it had drawn the document and handled a click. */
  async function busy(id: string) {
    const page = await browser.newPage();
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    await page.goto(`${serving.address}/#/document/awscli-trail/${id}`);
    await page.locator('.tree-leaf').first().waitFor();
    await page.locator('h2', { hasText: 'Whole document' }).click();
    const { metrics } = await session.send('Performance.getMetrics');
    return { page, seconds: metrics.find(({ name }) => name === 'TaskDuration')?.value as number };
  }

  for (const id of ['long', 'words']) {
    test(`is drawn with long values (${id}) in about the time of short ones`, { timeout: 120_000 }, async () => {
      await (await busy('harmless')).page.close();
      const harmless = await busy('harmless');
      const hostile = await busy(id);
      assert.ok(hostile.seconds < 4 * harmless.seconds, `${hostile.seconds} s and ${harmless.seconds} s`);
      assert.ok(((await hostile.page.locator('main').textContent()) ?? '').length < 300_000);
      await harmless.page.close();
      await hostile.page.close();
    });
  }

  test('a long value is shown whole after a click', { timeout: 120_000 }, async () => {
    const { page } = await busy('long');
    await page.getByRole('button', { name: 'Show all 20,000 characters' }).first().click();
    assert.equal((await page.getByRole('textbox', { name: 'The whole value' }).first().inputValue()).length, 20_000);
    await page.close();
  });

  test('a long list is shown in parts', { timeout: 120_000 }, async () => {
    const { page } = await busy('words');
    const more = page.getByRole('button', { name: /Show 2,000 more of 5,000/ }).first();
    await more.click();
    await page
      .getByRole('button', { name: /more of 5,000/ })
      .first()
      .waitFor();
    await page.close();
  });
});
