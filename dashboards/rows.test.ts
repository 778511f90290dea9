import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Panel } from './dashboard.ts';
import { rowsOf } from './rows.ts';

const panel = (title: string, width: number): Panel => ({
  type: 'metric',
  title,
  view: 'awscli-current',
  where: '',
  width,
  measure: { op: 'count' },
  format: 'number',
});

test('panels stand in rows of twelve columns', () => {
  const rows = rowsOf({ id: 'made-up', panels: [panel('A', 4), panel('B', 8), panel('C', 12), panel('D', 6), panel('E', 6)] });
  assert.deepEqual(
    rows.map((row) => row.map(({ title }) => title)),
    [['A', 'B'], ['C'], ['D', 'E']],
  );
});

const WRONG = [
  {
    name: 'a panel that is too wide for what is left of its row',
    panels: [panel('A', 12), panel('B', 8), panel('C', 6)],
    message:
      'dashboards/made-up.ts: the panel "C" has the width 6, but its row has 4 of 12 columns left (row 2: B 8 + C 6). Change the widths of this row.',
  },
  {
    name: 'a last row that is not filled',
    panels: [panel('A', 12), panel('B', 8)],
    message:
      'dashboards/made-up.ts: the panel "B" has the width 8, but it ends the dashboard, and 4 columns are left empty (row 2: B 8). Change the widths of this row.',
  },
];

for (const { name, panels, message } of WRONG) {
  test(`${name} is named with its row`, () => {
    assert.throws(() => rowsOf({ id: 'made-up', panels }), { message });
  });
}
