import type { Dashboard } from './dashboard.ts';
import { ACCOUNT, COUNT, LAST, LOG_SELECTOR, MESSAGE, NEWEST_FIRST, TIME } from './log-panels.ts';

const LINES = 'event.dataset:aws.ec2_logs';
const view = 'awslogs';
const HOST = { field: 'host.name', label: 'Host' } as const;

/** What the machines say. */
export const systemLogs: Dashboard = {
  id: 'system-logs',
  order: 150,
  title: 'System Logs',
  description: 'What the machines say: logins that failed, who became root, what the kernel killed, and which hosts fell silent.',
  selector: { title: 'System Log Selector', view, fields: [...LOG_SELECTOR, HOST] },
  panels: [
    {
      type: 'timeseries',
      title: 'Events by Process',
      view,
      where: LINES,
      width: 6,
      over: '@timestamp',
      measure: COUNT,
      label: 'Events',
      format: 'number',
      split: 'process.name',
      size: 8,
    },
    {
      type: 'groups',
      title: 'Hosts that Fell Silent',
      view,
      where: LINES,
      width: 6,
      note: 'Hosts with lines in the time range, first the one that has been silent for the longest.',
      rank: 'least',
      keys: [{ ...HOST, size: 50 }],
      measures: [
        { measure: { op: 'max', field: '@timestamp' }, label: 'Last line', format: 'time' },
        { measure: COUNT, label: 'Lines', format: 'number' },
      ],
    },
    {
      type: 'groups',
      title: 'Failed Logins',
      view,
      where: `${LINES} AND event.action:(ssh_login OR ssh_invalid_user) AND event.outcome:failure`,
      width: 12,
      keys: [
        { field: 'source.address', label: 'From', size: 20 },
        { ...HOST, size: 5 },
        { field: 'user.name', label: 'User', size: 5 },
      ],
      measures: [{ measure: COUNT, label: 'Failed', format: 'number' }, LAST],
    },
    {
      type: 'table',
      title: 'sudo and Root',
      view,
      where: `${LINES} AND (event.action:sudo OR (event.action:session_opened AND user.effective.name:root))`,
      width: 12,
      columns: [
        TIME,
        { ...HOST, format: 'text' },
        { field: 'user.name', label: 'User', format: 'text' },
        { field: 'user.effective.name', label: 'As', format: 'text' },
        { field: 'event.outcome', label: 'Outcome', format: 'state' },
        MESSAGE,
        ACCOUNT,
      ],
      sort: NEWEST_FIRST,
    },
    {
      type: 'table',
      title: 'Out of Memory and Kernel Errors',
      view,
      where: `${LINES} AND event.action:(out_of_memory OR kernel_error)`,
      width: 12,
      columns: [
        TIME,
        { ...HOST, format: 'text' },
        { field: 'event.action', label: 'Kind', format: 'text' },
        MESSAGE,
        { field: 'cloud.instance.id', label: 'Instance', format: 'text' },
        ACCOUNT,
      ],
      sort: NEWEST_FIRST,
    },
    {
      type: 'table',
      title: 'Log Entries',
      view,
      where: LINES,
      width: 12,
      columns: [
        TIME,
        { ...HOST, format: 'text' },
        { field: 'process.name', label: 'Process', format: 'text' },
        MESSAGE,
        { field: 'cloud.instance.id', label: 'Instance', format: 'text' },
        ACCOUNT,
      ],
      sort: NEWEST_FIRST,
    },
  ],
};
