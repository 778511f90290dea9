import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrgscopeError, type Problem } from '../../core/problem.ts';
import { unitPath, withUnits } from './units-above.ts';

const UNITS: Readonly<Record<string, readonly { readonly Id: string; readonly Name: string }[]>> = {
  'r-ab12': [
    { Id: 'ou-ab12-1', Name: 'Workloads' },
    { Id: 'ou-ab12-2', Name: 'Audit/Logs' },
  ],
  'ou-ab12-1': [{ Id: 'ou-ab12-3', Name: 'Prod' }],
};

function organisation(denied = false) {
  const listed: string[] = [];
  const reported: Problem[] = [];
  const report = (problem: Problem) => void reported.push(problem);
  async function* ask(_: string, { ParentId }: { ParentId: string }) {
    listed.push(ParentId);
    if (denied) throw new OrgscopeError('denied', 'no', 'ask', { action: 'organizations:ListOrganizationalUnitsForParent' });
    // Each page has one unit, since AWS may answer with several pages.
    for (const unit of UNITS[ParentId] ?? []) yield { OrganizationalUnits: [unit] };
  }
  const read = (...way: string[]) => {
    const Paths = way.length === 0 ? undefined : [`o-abcde12345/${way.join('/')}/222222222222/`];
    const followUp = { detail: <Value>(read: () => Promise<Value>) => read(), leftOut: () => {}, report };
    return withUnits(ask, { Id: '222222222222', ...(Paths && { Paths }) }, followUp);
  };
  return { read, listed, reported };
}

test('the unit of an account is named from the root down, and each parent is listed once for all accounts', async () => {
  const { read, listed, reported } = organisation();
  const accounts = await Promise.all([
    read('r-ab12', 'ou-ab12-1', 'ou-ab12-3'),
    read('r-ab12', 'ou-ab12-1', 'ou-ab12-3'),
    read('r-ab12', 'ou-ab12-1'),
    read('r-ab12', 'ou-ab12-2'),
    read('r-ab12'),
    read(),
  ]);
  assert.deepEqual(accounts.map(unitPath), [
    'Workloads/Prod',
    'Workloads/Prod',
    'Workloads',
    'Audit\\/Logs',
    undefined,
    undefined,
  ]);
  assert.deepEqual(listed, ['r-ab12', 'ou-ab12-1']);
  assert.deepEqual(reported, []);
});

test('a unit that was deleted meanwhile leaves the account without one, and not in the unit above', async () => {
  const { read } = organisation();
  assert.equal(unitPath(await read('r-ab12', 'ou-ab12-1', 'ou-ab12-gone')), undefined);
});

test('units that may not be listed leave the accounts without a unit, and are reported once', async () => {
  const { read, reported } = organisation(true);
  const accounts = await Promise.all([read('r-ab12', 'ou-ab12-1'), read('r-ab12', 'ou-ab12-2')]);
  assert.deepEqual(
    accounts.map(({ Id }) => Id),
    ['222222222222', '222222222222'],
  );
  assert.deepEqual(accounts.map(unitPath), [undefined, undefined]);
  assert.deepEqual(
    reported.map(({ code, severity }) => [code, severity]),
    [['denied', 'notice']],
  );
});
