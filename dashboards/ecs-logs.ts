import type { Dashboard } from './dashboard.ts';
import { COUNT, LAST, LOG_SELECTOR, MESSAGE, NEWEST_FIRST, TIME } from './log-panels.ts';

const LINES = 'event.dataset:aws.ecs_logs';
const ERRORS = `${LINES} AND log.level:(error OR fatal)`;
const view = 'awslogs';

/** What the services in containers say. */
export const ecsLogs: Dashboard = {
  id: 'ecs-logs',
  order: 140,
  title: 'ECS Application Logs',
  description: 'What the services in containers say: their errors, their slow operations and their users.',
  selector: {
    title: 'ECS Selector',
    view,
    fields: [...LOG_SELECTOR, { field: 'service.name', label: 'Service' }, { field: 'log.level', label: 'Level' }],
  },
  panels: [
    {
      type: 'timeseries',
      title: 'Lines by Level',
      view,
      where: LINES,
      width: 6,
      over: '@timestamp',
      measure: COUNT,
      label: 'Lines',
      format: 'number',
      split: 'log.level',
      size: 6,
      tones: { error: 'bad' },
    },
    {
      type: 'timeseries',
      title: 'Errors by Service',
      view,
      where: ERRORS,
      width: 6,
      over: '@timestamp',
      measure: COUNT,
      label: 'Errors',
      format: 'number',
      split: 'service.name',
      size: 8,
    },
    {
      type: 'groups',
      title: 'Top Messages',
      view,
      where: LINES,
      width: 8,
      note: 'Numbers and ids are replaced by #, so that messages of one kind are counted together.',
      keys: [
        { field: 'orgscope.message_pattern', label: 'Message', size: 20 },
        { field: 'log.level', label: 'Level', size: 3 },
      ],
      measures: [{ measure: COUNT, label: 'Lines', format: 'number' }, LAST],
    },
    {
      type: 'bars',
      title: 'Users',
      view,
      where: LINES,
      width: 4,
      by: 'user.name',
      measure: COUNT,
      label: 'Lines',
      format: 'number',
      size: 12,
    },
    {
      type: 'groups',
      title: 'Slow Operations',
      view,
      where: `${LINES} AND event.duration:*`,
      width: 12,
      keys: [
        { field: 'orgscope.message_pattern', label: 'Message', size: 20 },
        { field: 'container.name', label: 'Container', size: 5 },
      ],
      measures: [
        { measure: { op: 'max', field: 'event.duration' }, label: 'Slowest [ms]', format: 'number', times: 1e-6 },
        { measure: { op: 'percentile', field: 'event.duration', percent: 95 }, label: 'P95 [ms]', format: 'number', times: 1e-6 },
        { measure: COUNT, label: 'Lines', format: 'number' },
      ],
    },
    {
      type: 'table',
      title: 'Debug',
      view,
      where: `${LINES} AND log.level:(debug OR trace)`,
      width: 12,
      columns: [
        TIME,
        { field: 'service.name', label: 'Service', format: 'text' },
        { field: 'container.name', label: 'Container', format: 'text' },
        MESSAGE,
        { field: 'aws.ecs.task.id', label: 'Task', format: 'text' },
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
        { field: 'log.level', label: 'Level', format: 'state' },
        { field: 'service.name', label: 'Service', format: 'text' },
        MESSAGE,
        { field: 'user.name', label: 'User', format: 'text' },
        { field: 'aws.ecs.task.id', label: 'Task', format: 'text' },
      ],
      sort: NEWEST_FIRST,
    },
  ],
};
