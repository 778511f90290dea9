import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import type { QueryLine, QueryRequest } from '../core/api/questions.ts';
import type { Status } from '../core/api/runs.ts';
import { DAY_MS } from '../core/day-ms.ts';
import { parseLucene } from '../core/parse-lucene.ts';
import { compilePanel, GROUP, VALUE } from '../dashboards/compile-panel.ts';
import { UNIT } from '../dashboards/dashboard.ts';
import { dashboards } from '../dashboards/registry.ts';
import { missing, need } from './support/needs.ts';
import { AXE, overlappingTexts, seriousFindings, unseenColumns } from './support/page-checks.ts';
import { makeLists, said, spawnCli } from './support/run-cli.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Options of a browser that makes no network requests by itself. */
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

/** Polls from outside the page, since the page's content policy forbids code that is passed as text. */
async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + WAIT_MS;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`waited for a minute, but not: ${what}`);
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
    // One test looks at the page while the pipelines run; all other tests need numbers that do not change.
    await atWork();
    while ((await status()).progress !== null) await sleep(500);
  });
  after(async () => {
    await browser?.close();
    up?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const status = async () => (await (await fetch(`${address}/api/status`)).json()) as Status;

  /** Opens a page that records every console message and every request that leaves the machine, for the test to fail on. */
  async function open(path: string, size = { width: 1280, height: 900 }, colours: 'light' | 'dark' = 'light') {
    const context = await browser.newContext({ viewport: size, colorScheme: colours });
    await context.addInitScript({ content: AXE });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(`${address}/`)) complaints.push(`asked ${request.url()}`);
    });
    await page.goto(`${address}/#/${path}`);
    return { page, context, complaints, close: () => context.close() };
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
          if (panel.type === 'metric' || panel.type === 'forecast')
            assert.doesNotMatch((await card.locator('.metric-value').getAttribute('data-value')) ?? '', /^0?$/, panel.title);
          if (panel.type === 'bars') assert.ok((await card.locator('.bar').count()) > 0, panel.title);
          if (panel.type === 'table' || panel.type === 'groups')
            assert.ok((await card.locator('tbody tr').count()) > 0, panel.title);
          if (panel.type === 'timeseries') await card.locator('canvas').waitFor();
        }
        assert.deepEqual(await overlappingTexts(page), []);
        await until(
          'every column is seen, or an edge says that there are more',
          async () => (await unseenColumns(page)).length === 0,
        );
        assert.deepEqual(await seriousFindings(page), []);
        const overflow = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
        assert.equal(overflow, 0, 'nothing reaches beyond the side of the page');
        assert.equal(await page.locator('html').getAttribute('data-theme'), colours);
        assert.deepEqual(complaints, []);
        await close();
      });
    }
  }

  test('the navigation shows all dashboards at each width of the window', async () => {
    const { page, close } = await open('gateways');
    await settled(page);
    for (const width of [1_280, 1_440, 1_501, 1_600, 1_920]) {
      await page.setViewportSize({ width, height: 900 });
      const out = await page.locator('.top nav').evaluate((nav) => nav.scrollWidth - nav.clientWidth);
      assert.equal(out, 0, `at ${width} pixels a part of the navigation is out of sight`);
    }
    await close();
  });

  test('at 1,440 pixels the last column of every list is in sight; a list that has to be scrolled says so on both sides', async () => {
    for (const id of ['security', 'cloudtrail', 's3', 'iam']) {
      const { page, close } = await open(id, { width: 1_440, height: 900 });
      await page.waitForSelector('.panel');
      await settled(page);
      for (const frame of await page.locator('.table-frame').all()) {
        const [edge, column] = await Promise.all([frame.boundingBox(), frame.locator('th').last().boundingBox()]);
        assert.ok(edge !== null && column !== null);
        assert.ok(
          column.x + column.width <= edge.x + edge.width + 1,
          `${id}: ${await textOf(frame.locator('th').last())} is cut`,
        );
      }
      await close();
    }
    const { page, close } = await open('ec2', { width: 1_280, height: 900 });
    const list = page.locator('[data-panel="Instance Details List"]');
    await until('more is to the right', async () => (await list.locator('.table-frame').getAttribute('data-more')) === 'right');
    await list.locator('.table-scroll').evaluate((scroller) => scroller.scrollTo(scroller.scrollWidth, 0));
    await until('more is to the left', async () => (await list.locator('.table-frame').getAttribute('data-more')) === 'left');
    await close();
  });

  test('lists do not begin with trivial rows: names among tags, metrics among resources, root among users, single machines among groups', async () => {
    const { page, close } = await open('overview');
    await settled(page);
    const tags = await page.locator('[data-panel="Tags List"] tbody tr').allTextContents();
    assert.ok(tags.length > 10 && tags.every((tag) => !tag.startsWith('Name=')), tags.join().slice(0, 200));
    const types = await page.locator('[data-panel="Resources by Type"] .bar-name').allTextContents();
    assert.ok(types.includes('ec2-instance') && types.every((type) => !/metric|-job$|report|s3-object/.test(type)), types.join());
    await page.goto(`${address}/#/iam`);
    const users = page.locator('[data-panel="IAM Details"] tbody tr');
    await until('users are listed', async () => (await users.count()) > 9);
    assert.ok((await users.allTextContents()).every((user) => !user.includes('root_account')));
    await until('root users are listed', async () => (await page.locator('[data-panel="Root Users"] tbody tr').count()) > 9);
    await page.goto(`${address}/#/security`);
    const groups = page.locator('[data-panel="Instance by Security Group"] tbody tr');
    await until('groups are listed', async () => (await groups.count()) > 9);
    const counts = (await groups.locator('td.right').allTextContents()).map(Number);
    assert.ok((counts[0] ?? 0) > 1 && new Set(counts).size > 3, counts.join());
    await close();
  });

  test('a click on a bar narrows every panel, is in the address, and is undone by its chip', async () => {
    const { page, complaints, close } = await open('overview');
    await settled(page);
    const all = await metricOf(page, 'Total Instances');
    const bar = page.locator('[data-panel="Running Instances by Account"] .bar-name').first();
    const account = await textOf(bar);
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

  const dayOf = (daysAgo: number): string => new Date(Date.now() - daysAgo * DAY_MS).toISOString().slice(0, 10);
  const answersTo = async (queries: QueryRequest['queries']) => {
    const body = JSON.stringify({ queries } satisfies QueryRequest);
    const headers = { 'content-type': 'application/json' };
    const text = await (await fetch(`${address}/api/query`, { method: 'POST', headers, body })).text();
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line): QueryLine => JSON.parse(line));
    return lines
      .sort((one, other) => one.index - other.index)
      .map(({ answer }) => {
        assert.equal(answer.type, 'aggregate');
        return answer.type === 'aggregate' ? answer.rows : [];
      });
  };

  // Some dashboards have only tables and lines.
  const counting = dashboards.filter(({ panels }) => panels.some(({ type }) => type === 'metric' || type === 'bars'));
  for (const dashboard of counting) {
    test(`${dashboard.title} shows the numbers that the store gives`, async () => {
      // Whole days, so that the page and this test ask about the same time.
      const [first, last] = [dayOf(60), dayOf(0)];
      const to = new Date(Date.parse(last) + DAY_MS).toISOString();
      const choice = { filter: { type: 'all' as const }, time: { from: new Date(first).toISOString(), to } };
      const counted = dashboard.panels.filter((panel) => panel.type === 'metric' || panel.type === 'bars');
      const expected = await answersTo(counted.map((panel) => compilePanel(panel, choice)));
      const { page, close } = await open(`${dashboard.id}?from=${first}&to=${last}`);
      await page.waitForSelector('.panel');
      await settled(page);
      for (const [index, panel] of counted.entries()) {
        const rows = expected[index] ?? [];
        const card = page.locator(`[data-panel="${panel.title}"]`);
        if (panel.type === 'metric') {
          assert.equal(
            await card.locator('.metric-value').getAttribute('data-value'),
            String(rows[0]?.[VALUE] ?? 0),
            panel.title,
          );
        } else {
          const titles = await Promise.all((await card.locator('.bar-name').all()).map((bar) => bar.getAttribute('title')));
          assert.equal(titles.length, rows.length, panel.title);
          for (const [position, row] of rows.entries())
            assert.ok(titles[position]?.includes(String(row[GROUP])), `${panel.title} ${position}`);
        }
      }
      await close();
    });
  }

  test('an account chosen by name on one dashboard narrows all dashboards, also those with account ids only', async () => {
    const { page, complaints, close } = await open('overview?f=cloud.account.name:ml-research');
    await page.waitForSelector('.panel');
    await page.getByRole('navigation', { name: 'Navigation' }).getByRole('link', { name: 'Billing' }).click();
    await until('one account is left', async () => (await metricOf(page, 'Accounts with Cost')) === 1);
    const account = page.locator('[data-panel="Billing by Account"] .bar-name');
    await until('it is shown by its name', async () => (await account.allTextContents()).join() === 'ml-research');
    // The planted spike: 240 machines for one day.
    const dearest = page.locator('[data-panel="Line Items"] tbody tr').first();
    await until('the spike leads the list', async () => /BoxUsage:g5\.2xlarge.*\$6,981\./.test(await textOf(dearest)));
    assert.deepEqual(complaints, []);
    await close();
  });

  test('a chosen unit narrows every panel to the accounts under it, also together with an account, and is in the address', async () => {
    const PROD = 'Workloads/Prod';
    const [accountRows = []] = await answersTo([
      {
        type: 'aggregate',
        view: 'awscli-current',
        filter: { type: 'term', field: 'resource.type', value: 'organizations-account' },
        groups: [
          { name: GROUP, by: 'terms', field: 'resource.id', size: 1_000 },
          { name: 'unit', by: 'terms', field: UNIT.field, size: 1 },
        ],
        metrics: [{ name: VALUE, op: 'count' }],
      },
    ]);
    const under = (start: string) =>
      accountRows.filter(({ unit }) => String(unit).startsWith(start)).map((row) => String(row[GROUP]));
    const [prod, workloads] = [under(PROD), under('Workloads')];
    assert.ok(prod.length > 5 && workloads.length > prod.length && accountRows.length > workloads.length);
    const count = async (where: string, accounts: readonly string[]): Promise<number> => {
      const narrow = { type: 'terms' as const, field: 'cloud.account.id', values: accounts };
      const filter = { type: 'and' as const, filters: [parseLucene(where), narrow] };
      const metrics = [{ name: VALUE, op: 'count' as const }];
      const [row] = await answersTo([{ type: 'aggregate', view: 'awscli-current', filter, groups: [], metrics }]);
      return Number(row?.[0]?.[VALUE]);
    };
    const { page, complaints, close } = await open('overview');
    await settled(page);
    const choose = async (selector: string, value: string) => {
      await page.locator('.selector summary').getByText(selector, { exact: true }).click();
      const choice = page.locator('.choices li').filter({ has: page.locator(`label[title="${value}"]`) });
      const counted = await textOf(choice.locator('.count'));
      await choice.getByRole('checkbox').click();
      await page.keyboard.press('Escape');
      return Number(counted.replace(/\D/g, ''));
    };
    const shows = async (panel: string, wanted: number) =>
      until(`${panel} is ${wanted}`, async () => (await metricOf(page, panel)) === wanted);
    assert.equal(await choose('OU', 'Workloads'), workloads.length, 'a unit counts the accounts of the units within it');
    await shows('Total Instances', await count('resource.type:ec2-instance', workloads));
    await page.getByRole('button', { name: 'Remove OU Workloads' }).click();
    assert.equal(await choose('OU', PROD), prod.length);
    await shows('Total Instances', await count('resource.type:ec2-instance', prod));
    await shows('Total RDS Instances', await count('resource.type:rds-instance', prod));
    await settled(page);
    assert.ok(decodeURIComponent(page.url()).includes(`f=${UNIT.field}:${PROD}`), page.url());
    await page.getByRole('navigation', { name: 'Navigation' }).getByRole('link', { name: 'Billing' }).click();
    // Views that name accounts only by id are narrowed too; each account of this unit has cost.
    await shows('Accounts with Cost', prod.length);
    await page.goBack();
    await choose('Account', 'ml-prod');
    await shows('Total Instances', await count('resource.type:ec2-instance AND cloud.account.name:ml-prod', prod));
    // No resource belongs to an account of the unit and is outside the unit.
    await page.getByRole('button', { name: 'OU is', exact: true }).click();
    await shows('Total Instances', 0);
    await page.goto(`${address}/#/overview?f=${UNIT.field}:Gone`);
    await page.getByRole('button', { name: 'Remove OU Gone' }).waitFor();
    await settled(page);
    await shows('Total Instances', 0);
    await page.getByRole('button', { name: 'Remove OU Gone' }).click();
    await until('all are there again', async () => (await metricOf(page, 'Total Instances')) > 0);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('a table sorts and is scrolled to its end, and only rows in sight are drawn; the planted object is the largest and the oldest', async () => {
    const { page, complaints, close } = await open('s3');
    for (const panel of ['S3 Biggest Objects', 'S3 Oldest Objects']) {
      const row = page.locator(`[data-panel="${panel}"] tbody tr`).first();
      await until('there are rows', async () => /experiments\/2022\/imagenet-copy\.tar/.test(await textOf(row)));
    }
    const table = page.locator('[data-panel="S3 Biggest Objects"]');
    const rows = Number((await textOf(table.locator('.table-tools a').first())).replace(/\D/g, ''));
    assert.ok(rows > 10_000, `${rows} rows`);
    await table.locator('.table-scroll').evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight));
    const last = table.locator(`tr[data-row="${rows - 1}"]`);
    await until('the last row is there', async () => (await last.count()) === 1 && (await textOf(last)).length > 10);
    assert.ok((await table.locator('tbody tr').count()) < 60, 'rows out of sight are not drawn');
    const header = table.locator('th', { hasText: 'Size' });
    await header.getByRole('button').click();
    await until('the order is turned', async () => (await header.getAttribute('aria-sort')) === 'ascending');
    const first = table.locator('tr[data-row="0"]');
    await until('the last is first', async () => (await first.count()) === 1 && !/imagenet/.test(await textOf(first)));
    assert.match(decodeURIComponent(page.url()), /s=S3[+ ]Biggest[+ ]Objects:[a-z]/, 'the order is in the address');
    assert.deepEqual(complaints, []);
    await close();
  });

  test('every kind of number links to the rows that it counts', async () => {
    const { page, complaints, close } = await open('overview?t=90d');
    await settled(page);
    const rowCount = async (): Promise<number> =>
      Number((await textOf(page.locator('.rows-panel .table-tools > span').first())).replace(/\D/g, ''));
    const shown = async (address: string, count: number): Promise<void> => {
      await page.goto(`${page.url().split('#')[0]}${address}`);
      await until(`${count} rows are listed for ${address}`, async () => (await rowCount()) === count);
    };
    const instances = await metricOf(page, 'Total Instances');
    const bar = page.locator('[data-panel="Running Instances by Account"] .bar').first();
    const barAddress = (await bar.locator('.bar-value').getAttribute('href')) as string;
    const barCount = Number(await textOf(bar.locator('.bar-value')));
    const group = page.locator('[data-panel="Tags List"] tbody tr').first();
    const groupAddress = (await group.locator('a').first().getAttribute('href')) as string;
    const groupCount = Number((await textOf(group.locator('a').first())).replace(/\D/g, ''));
    await page.locator('[data-panel="Total Instances"] .metric-value').click();
    await until('the instances are listed', async () => (await rowCount()) === instances);
    assert.equal(await textOf(page.locator('h1')), 'Total Instances');
    await shown(barAddress, barCount);
    await shown(groupAddress, groupCount);
    // A bar in the middle of a chart.
    await page.goto(`${page.url().split('#')[0]}#/cloudtrail?t=90d`);
    await settled(page);
    const canvas = page.locator('[data-panel="CloudTrail"] canvas');
    await canvas.waitFor();
    const box = await canvas.boundingBox();
    assert.ok(box !== null);
    await until('a bar is hit', async () => {
      await canvas.click({ position: { x: box.width / 2, y: box.height - 40 } }).catch(() => undefined);
      return page.url().includes('#/rows/awscli-trail');
    });
    await until('its rows are listed', async () => (await rowCount()) > 0);
    assert.match(decodeURIComponent(page.url()), /@timestamp:\[\S+[+ ]TO[+ ]\S+\}/);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('all rows are exported as CSV and as JSON, and copied', async () => {
    const { page, context, close } = await open('overview');
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await settled(page);
    const instances = await metricOf(page, 'Total Instances');
    const card = page.locator('[data-panel="Instance List"]');
    const files: Record<string, string> = {};
    for (const format of ['CSV', 'JSON']) {
      await card.getByRole('button', { name: /Export rows/ }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), card.getByRole('link', { name: format }).click()]);
      files[format] = readFileSync(await download.path(), 'utf8');
      await page.keyboard.press('Escape');
    }
    const lines = (files.CSV as string).trim().split('\r\n');
    assert.equal(lines.length, instances + 1);
    assert.match(lines[0] as string, /^resource\.name,resource\.id,/);
    const documents = JSON.parse(files.JSON as string) as { resource: { type: string } }[];
    assert.equal(documents.length, instances);
    assert.ok(documents.every(({ resource }) => resource.type === 'ec2-instance'));
    await card.getByRole('button', { name: /Export rows/ }).click();
    await card.getByRole('button', { name: 'Copy all' }).click();
    await until('it says so', async () => /Copied/.test(await textOf(card.getByRole('status'))));
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    assert.equal(copied.split('\n').length, instances + 1);
    await close();
  });

  test('chosen columns are in the address, which shows them to another reader', async () => {
    const { page, complaints, close } = await open('overview');
    await settled(page);
    const card = page.locator('[data-panel="Instance List"]');
    await card.getByRole('button', { name: /Columns of/ }).click();
    await card.getByRole('searchbox', { name: 'Find a field' }).fill('image_id');
    await card.getByRole('checkbox').first().check();
    await page.keyboard.press('Escape');
    await until('the column is there', async () => /ami-[0-9a-f]{17}/.test(await textOf(card.locator('tr[data-row="0"]'))));
    const again = await open(page.url().split('#/')[1] as string);
    await settled(again.page);
    const same = again.page.locator('[data-panel="Instance List"] tr[data-row="0"]');
    await until('another sees it as well', async () => /ami-[0-9a-f]{17}/.test(await textOf(same)));
    assert.deepEqual([...complaints, ...again.complaints], []);
    await again.close();
    await close();
  });

  test('the keyboard is enough: jumps, help, the palette, a table and its rows', async () => {
    const { page, complaints, close } = await open('overview');
    await settled(page);
    await page.keyboard.press('?');
    assert.match(await textOf(page.getByRole('dialog', { name: 'Keyboard shortcuts' })), /Billing/);
    assert.deepEqual(await seriousFindings(page), []);
    await page.keyboard.press('Escape');
    await until('the help has gone', async () => (await page.getByRole('dialog').count()) === 0);
    await page.keyboard.press('g');
    await page.keyboard.press('e');
    await until('g e leads to EC2', async () => page.url().includes('#/ec2'));
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /Find/ }).fill('dev-ssh-from-anywhere');
    const found = page.getByRole('option', { name: /dev-ssh-from-anywhere/ }).first();
    await found.waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await page.keyboard.press('Enter');
    await until('the group is shown', async () => (await textOf(page.locator('h1'))) === 'dev-ssh-from-anywhere');
    await page.keyboard.press('g');
    await page.keyboard.press('o');
    await until('g o leads to the overview', async () => page.url().includes('#/overview'));
    await settled(page);
    const row = page.locator('[data-panel="Instance List"] tr[data-row="0"]');
    await row.focus();
    for (let step = 0; step < 14; step++) await page.keyboard.press('ArrowDown');
    const name = await page.evaluate<string>('document.activeElement.querySelector("a")?.textContent ?? ""');
    assert.equal(await page.evaluate('document.activeElement.dataset.row'), '14');
    await page.keyboard.press('Enter');
    await until('the row is opened', async () => (await textOf(page.locator('h1'))) === name);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('the palette finds accounts, and resources by their IP address', async () => {
    const { page, complaints, close } = await open('ec2');
    await settled(page);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /Find/ }).fill('ml-research');
    await page.getByRole('option', { name: /ml-research.*Account/ }).click();
    await until('the dashboard is narrowed', async () => page.url().includes('ml-research'));
    assert.match(page.url(), /#\/ec2/);
    const [row] = await answersTo([
      {
        type: 'aggregate',
        view: 'awscli-current',
        filter: { type: 'term', field: 'resource.type', value: 'ec2-instance' },
        groups: [{ name: GROUP, by: 'terms', field: 'resource.private_ip', size: 1 }],
        metrics: [{ name: VALUE, op: 'count' }],
      },
    ]);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /Find/ }).fill(String(row?.[0]?.[GROUP]));
    await page
      .getByRole('option', { name: /EC2 instance/ })
      .first()
      .waitFor();
    assert.deepEqual(complaints, []);
    await close();
  });

  for (const [name, size, colours] of [
    ['light, 1280 wide', { width: 1280, height: 900 }, 'light'],
    ['dark, 390 wide', { width: 390, height: 844 }, 'dark'],
  ] as const) {
    test(`the page of a resource shows all of it, and the planted security group is open to the world: ${name}`, async () => {
      const { page, complaints, close } = await open('resource/dev-ssh-from-anywhere', size, colours);
      const rules = page.locator('[data-panel="Who can reach it"]');
      await rules.waitFor();
      assert.match(await textOf(rules), /open to the world/);
      assert.match(await textOf(rules.locator('tbody tr').first()), /intcp\/220\.0\.0\.0\/0everyone/);
      assert.match(await textOf(page.locator('[data-panel="What it protects"]')), /EC2 instance.*i-[0-9a-f]{17}/s);
      assert.match(await textOf(page.locator('[data-panel="Who changed it last"]')), /AuthorizeSecurityGroupIngress/);
      assert.match(await textOf(page.locator('[data-panel="The whole record"]')), /IpPermissions/);
      assert.deepEqual(await overlappingTexts(page), []);
      assert.deepEqual(await seriousFindings(page), []);
      await page.locator('[data-panel="History"] .moment a').first().click();
      await until('the event is shown', async () => (await textOf(page.locator('h1'))) === 'Event');
      await page.locator('.facts').waitFor();
      assert.deepEqual(await seriousFindings(page), []);
      await page.goBack();
      await page.locator('[data-panel="What it protects"] a').first().click();
      await until('the instance is shown', async () => /EC2 instance/.test(await textOf(page.locator('.resource-line'))));
      await until('it names the group', async () =>
        /dev-ssh-from-anywhere/.test(await textOf(page.locator('[data-panel="Connected to"]'))),
      );
      const overflow = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
      assert.equal(overflow, 0, 'nothing reaches beyond the side of the page');
      assert.deepEqual(complaints, []);
      await close();
    });
  }

  test('the history of an instance, a load balancer and a bucket has their log lines, and leads to all of them', async () => {
    const [instances, buckets] = await answersTo(
      (['cloud.instance.id', 'aws.s3access.bucket'] as const).map((field) => ({
        type: 'aggregate' as const,
        view: 'awslogs' as const,
        filter: { type: 'exists' as const, field },
        groups: [{ name: GROUP, by: 'terms' as const, field, size: 1, order: { by: VALUE, direction: 'desc' as const } }],
        metrics: [{ name: VALUE, op: 'count' as const }],
      })),
    );
    for (const [called, kind] of [
      [String(instances?.[0]?.[GROUP]), /vpcflow|ec2_logs/],
      ['storefront-edge', /elb_logs/],
      [String(buckets?.[0]?.[GROUP]), /s3access/],
    ] as const) {
      const { page, complaints, close } = await open(`resource/${encodeURIComponent(called)}`);
      const history = page.locator('[data-panel="History"]');
      await history.waitFor();
      assert.match(await textOf(history.locator('.moment').first()), kind, called);
      const all = history.locator('.history-tools a').last();
      const count = Number(/^([\d,]+) log lines in two days$/.exec(await textOf(all))?.[1]?.replaceAll(',', ''));
      await all.click();
      await until(`the ${count} lines of ${called} are listed`, async () =>
        (await textOf(page.locator('main'))).includes(`${new Intl.NumberFormat('en').format(count)} rows`),
      );
      assert.deepEqual(complaints, []);
      await close();
    }
  });

  test('a resource says what it costs by day, exactly as the bill', async () => {
    const [spent] = await answersTo([
      {
        type: 'aggregate',
        view: 'awsbilling',
        filter: { type: 'prefix', field: 'resource.id', value: 'arn:aws:rds' },
        groups: [{ name: GROUP, by: 'terms', field: 'resource.id', size: 1, order: { by: VALUE, direction: 'desc' } }],
        metrics: [{ name: VALUE, op: 'sum', field: 'aws.billing.unblended_cost' }],
      },
    ]);
    const { page, complaints, close } = await open(`resource/${encodeURIComponent(String(spent?.[0]?.[GROUP]))}`);
    const cost = page.locator('[data-panel="What it costs"]');
    await cost.locator('canvas').waitFor();
    const expected = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' }).format(Number(spent?.[0]?.[VALUE]));
    assert.ok((await textOf(cost)).includes(`${expected} in all`), `${expected} in ${await textOf(cost)}`);
    assert.match(await textOf(page.locator('.resource-line')), /RDS instance/);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('a name that no resource has is reported, and a name of several resources offers all of them', async () => {
    const { page, complaints, close } = await open('resource/i-00000000000000000');
    await until('the page reports that there is no match', async () =>
      /No matches: no inventory/.test(await textOf(page.locator('main'))),
    );
    await page.goto(`${page.url().split('#')[0]}#/resource/default`);
    await until('several are offered', async () => (await page.locator('.resource-list li').count()) > 5);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('numbers are compared with the period before, until the reader turns that off', async () => {
    const { page, complaints, close } = await open('cloudtrail?t=7d');
    await settled(page);
    const change = page.locator('[data-panel="Events"] .change');
    await change.waitFor();
    assert.match(await textOf(change), /^[+-]?\d+(\.\d)?%$/);
    await page.getByRole('checkbox', { name: 'Period before' }).uncheck();
    await until('it has gone', async () => (await change.count()) === 0);
    assert.match(page.url(), /[?&]c=0/);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('an inverted chip excludes its value', async () => {
    const { page, close } = await open('overview?f=resource.state:running');
    await page.waitForSelector('.panel');
    await settled(page);
    const running = await metricOf(page, 'Total Instances');
    await page.locator('.chip-sense').click();
    await until('the rest is counted', async () => (await metricOf(page, 'Total Instances')) !== running);
    await settled(page);
    const [all] = await answersTo([
      {
        type: 'aggregate',
        view: 'awscli-current',
        filter: { type: 'term', field: 'resource.type', value: 'ec2-instance' },
        groups: [],
        metrics: [{ name: VALUE, op: 'count' }],
      },
    ]);
    assert.equal(running + (await metricOf(page, 'Total Instances')), all?.[0]?.[VALUE]);
    assert.ok(decodeURIComponent(page.url()).includes('f=-resource.state:running'));
    await close();
  });

  test('HTML in a value is shown as text', async () => {
    const hostile = '<img src=x onerror=alert(1)>';
    const { page, complaints, close } = await open(`overview?f=resource.name:${encodeURIComponent(hostile)}`);
    await page.waitForSelector('.chip');
    await settled(page);
    assert.ok((await textOf(page.locator('.chip'))).includes(hostile));
    assert.equal(await page.locator('main img, .toolbar img').count(), 0);
    assert.match(await textOf(page.locator('[data-panel="Instance List"] .panel-empty')), /No matches\./);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('the run page names the planted failure: account, region, call, and what to do', async () => {
    const { page, complaints, close } = await open('runs');
    await page.waitForSelector('.problem.failed');
    const problem = await textOf(page.locator('.problem.failed').first());
    assert.match(problem, /\d{12} · ap-southeast-2 · rds-instance · rds:DescribeDBInstances/);
    assert.match(problem, /access denied/);
    assert.match(problem, /a policy of the organisation forbids it/);
    assert.match(problem, /name only the regions that it allows/);
    assert.equal(await page.locator('tbody .state.bad').count(), 1);
    assert.deepEqual(complaints, []);
    await close();
  });
});
