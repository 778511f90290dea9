import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import type { Status } from '../core/api.ts';
import { dashboards } from '../dashboards/registry.ts';
import { missing, need } from './support/needs.ts';
import { makeLists, said, spawnCli } from './support/run-cli.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** As a first start on a machine without other work; a real browser needs no more, and none of these asks the network. */
const BROWSER = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const WAIT_MS = 60_000;

/** Asked from outside: the page's own policy forbids code that is handed in as text, as it should. */
async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + WAIT_MS;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await sleep(50);
  }
}

const textOf = async (locator: Locator): Promise<string> => (await locator.textContent()) ?? '';

const skip = missing('CHROMIUM_PATH');

describe('the page over the sample organisation, in a real browser', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-page-'));
  let address: string;
  let browser: Browser;
  let up: ReturnType<typeof spawnCli>;

  before(async () => {
    execFileSync(join(ROOT, 'node_modules', '.bin', 'vite'), ['build', 'web', '--logLevel', 'error'], { cwd: ROOT });
    up = spawnCli(['up', '--port', '0', '--every', 'never', '--data', folder, '--lists', makeLists()]);
    address = /http:\/\/127\.0\.0\.1:\d+/.exec(await said(up, /http:\S+/))?.[0] as string;
    browser = await chromium.launch({ executablePath: need('CHROMIUM_PATH'), args: BROWSER });
    // The first look, while the pipelines still run, is a test of its own; the others want the numbers to stand still.
    await atWork();
    while ((await status()).progress !== null) await sleep(500);
  });
  after(async () => {
    await browser?.close();
    up?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const status = async () => (await (await fetch(`${address}/api/status`)).json()) as Status;

  /** A page that fails the test on anything said on its console, and on any request that leaves the machine. */
  async function open(path: string, size = { width: 1280, height: 900 }, colours: 'light' | 'dark' = 'light') {
    const context = await browser.newContext({ viewport: size, colorScheme: colours });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(`${address}/`)) complaints.push(`asked ${request.url()}`);
    });
    await page.goto(`${address}/#/${path}`);
    return { page, complaints, close: () => context.close() };
  }

  let seenAtWork: { banner: string; instances: number };
  async function atWork(): Promise<void> {
    const { page, close } = await open('overview');
    await until('instances are counted', async () => (await metricOf(page, 'Total Instances')) > 0);
    seenAtWork = {
      banner: await textOf(page.getByRole('note')),
      instances: await metricOf(page, 'Total Instances'),
    };
    await close();
  }

  const settled = (page: Page) =>
    until('all panels have answers', async () => (await page.locator('[aria-busy="true"]').count()) === 0);
  const metricOf = async (page: Page, panel: string) =>
    Number(await page.locator(`[data-panel="${panel}"] .metric-value`).getAttribute('data-value'));

  test('is usable while the pipelines run, and says that it is a sample', () => {
    assert.match(seenAtWork.banner, /Sample organisation/);
    assert.ok(seenAtWork.instances > 0);
  });

  for (const dashboard of dashboards) {
    for (const [name, size, colours] of [
      ['light, 1280 wide', { width: 1280, height: 900 }, 'light'],
      ['dark, 390 wide', { width: 390, height: 844 }, 'dark'],
    ] as const) {
      test(`${dashboard.title} is drawn with numbers and without a complaint: ${name}`, async () => {
        const { page, complaints, close } = await open(`${dashboard.id}?t=90d`, size, colours);
        await page.waitForSelector('.panel');
        await settled(page);
        assert.equal(await page.locator('.panel').count(), dashboard.panels.length);
        for (const panel of dashboard.panels) {
          const card = page.locator(`[data-panel="${panel.title}"]`);
          assert.equal(await card.locator('.panel-empty, .panel-error').count(), 0, `${panel.title} shows nothing`);
          if (panel.type === 'metric')
            assert.notEqual(await card.locator('.metric-value').getAttribute('data-value'), '0', panel.title);
          if (panel.type === 'bars') assert.ok((await card.locator('.bar').count()) > 1, panel.title);
          if (panel.type === 'table') assert.ok((await card.locator('tbody tr').count()) > 1, panel.title);
          if (panel.type === 'timeseries') await card.locator('canvas').waitFor();
        }
        const overflow = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
        assert.equal(overflow, 0, 'nothing reaches beyond the side of the page');
        assert.equal(await page.locator('html').getAttribute('data-theme'), colours);
        assert.deepEqual(complaints, []);
        await close();
      });
    }
  }

  test('a click on a bar narrows every panel, stands in the address, and is undone by its chip', async () => {
    const { page, complaints, close } = await open('overview');
    await settled(page);
    const all = await metricOf(page, 'Total Instances');
    const bar = page.locator('[data-panel="Running Instances by Account"] .bar').first();
    const account = await textOf(bar.locator('.bar-name'));
    await bar.click();
    await until('Total Instances has changed', async () => (await metricOf(page, 'Total Instances')) < all);
    await settled(page);
    const narrowed = await metricOf(page, 'Total Instances');
    assert.ok(narrowed > 0 && narrowed < all);
    assert.ok(decodeURIComponent(page.url()).includes(`cloud.account.name:${account}`), page.url());
    const again = await open(page.url().split('#/')[1] as string);
    await settled(again.page);
    assert.equal(await metricOf(again.page, 'Total Instances'), narrowed, 'the address shows the same to another reader');
    await again.close();
    await page.locator('.chip').click();
    await until('Total Instances has changed', async () => (await metricOf(page, 'Total Instances')) === all);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('the search narrows, a selector offers values, a search that cannot be understood says where', async () => {
    const { page, complaints, close } = await open('cloudtrail?t=90d');
    await settled(page);
    const all = await metricOf(page, 'Events');
    const search = page.getByRole('searchbox', { name: 'Search' });
    await page.keyboard.press('/');
    await search.fill('event.outcome:failure');
    await search.press('Enter');
    await until('Events has changed', async () => (await metricOf(page, 'Events')) < all);
    await settled(page);
    assert.equal(await metricOf(page, 'Events'), await metricOf(page, 'Failed'));
    await page.locator('.selector summary', { hasText: 'Region' }).click();
    await page.locator('.choices li').nth(1).waitFor();
    await search.fill('event.outcome:(failure');
    await search.press('Enter');
    assert.match(await textOf(page.getByRole('alert')), /at character \d+/);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('the run page names the planted failure: account, region, call, and what to do', async () => {
    const { page, complaints, close } = await open('runs');
    await page.waitForSelector('.problem.failed');
    const problem = await textOf(page.locator('.problem.failed').first());
    assert.match(problem, /\d{12} · ap-southeast-2 · rds-instance · rds:DescribeDBInstances/);
    assert.match(problem, /access denied/);
    assert.match(problem, /Add "rds:DescribeDBInstances"/);
    assert.equal(await page.locator('tbody .state.bad').count(), 1);
    assert.deepEqual(complaints, []);
    await close();
  });
});
