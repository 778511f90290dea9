import type { Dashboard } from './dashboard.ts';
import { COUNT, LAST, LOG_SELECTOR, NEWEST_FIRST, TIME } from './log-panels.ts';

const LINES = 'event.dataset:aws.elb_logs';
const REQUESTS = `${LINES} AND http.request.method:*`;
const view = 'awslogs';
const BALANCER = { field: 'aws.elb.name', label: 'Balancer' } as const;
const TARGET_SECONDS = 'aws.elb.backend_processing_time.sec';

/** How the load balancers and the targets behind them answer. */
export const loadBalancers: Dashboard = {
  id: 'load-balancers',
  order: 160,
  title: 'Load Balancers',
  description: 'How load balancers and the targets behind them answer: errors, latency, clients and TLS.',
  selector: {
    title: 'Balancer Selector',
    view,
    fields: [...LOG_SELECTOR, { field: 'aws.elb.target_group.arn', label: 'Target group' }],
  },
  panels: [
    {
      type: 'timeseries',
      title: 'Requests',
      view,
      where: REQUESTS,
      width: 12,
      over: '@timestamp',
      measure: COUNT,
      label: 'Requests',
      format: 'number',
      split: 'aws.elb.name',
      size: 8,
    },
    {
      type: 'timeseries',
      title: '4xx/5xx of Balancer',
      view,
      where: `${LINES} AND http.response.status_code:>=400 AND NOT aws.elb.backend.http.response.status_code:>0`,
      width: 6,
      note: 'Answers of the balancer itself, where no target answered.',
      over: '@timestamp',
      measure: COUNT,
      label: 'Answers',
      format: 'number',
      split: 'http.response.status_code',
      size: 6,
    },
    {
      type: 'timeseries',
      title: '4xx/5xx of Target',
      view,
      where: `${LINES} AND aws.elb.backend.http.response.status_code:>=400`,
      width: 6,
      over: '@timestamp',
      measure: COUNT,
      label: 'Answers',
      format: 'number',
      split: 'aws.elb.backend.http.response.status_code',
      size: 6,
    },
    {
      type: 'groups',
      title: 'Latency p50/p95/p99',
      view,
      where: `${LINES} AND ${TARGET_SECONDS}:*`,
      width: 12,
      note: 'The time until the target began to answer, in milliseconds.',
      keys: [
        { ...BALANCER, size: 20 },
        { field: 'aws.elb.target_group.arn', label: 'Target group', size: 5 },
      ],
      measures: [
        { measure: COUNT, label: 'Requests', format: 'number' },
        ...([50, 95, 99] as const).map((percent) => ({
          measure: { op: 'percentile', field: TARGET_SECONDS, percent } as const,
          label: `P${percent} [ms]`,
          format: 'number' as const,
          times: 1_000,
        })),
      ],
    },
    {
      type: 'groups',
      title: 'Slowest Paths',
      view,
      where: `${LINES} AND ${TARGET_SECONDS}:*`,
      width: 8,
      keys: [
        { field: 'url.path', label: 'Path', size: 20 },
        { field: 'url.domain', label: 'Host', size: 1 },
      ],
      measures: [
        { measure: { op: 'max', field: TARGET_SECONDS }, label: 'Slowest [ms]', format: 'number', times: 1_000 },
        {
          measure: { op: 'percentile', field: TARGET_SECONDS, percent: 95 },
          label: 'P95 [ms]',
          format: 'number',
          times: 1_000,
        },
        { measure: COUNT, label: 'Requests', format: 'number' },
      ],
    },
    {
      type: 'bars',
      title: 'Top Clients',
      view,
      where: LINES,
      width: 4,
      by: 'source.address',
      measure: COUNT,
      label: 'Requests',
      format: 'number',
      size: 12,
    },
    {
      type: 'bars',
      title: 'TLS Versions',
      view,
      where: `${LINES} AND tls.version:*`,
      width: 4,
      by: 'tls.version',
      measure: COUNT,
      label: 'Requests',
      format: 'number',
      size: 6,
    },
    {
      type: 'groups',
      title: 'Unhealthy Targets',
      view,
      where: `${LINES} AND aws.elb.backend.ip:* AND (http.response.status_code:(502 OR 504) OR aws.elb.backend.http.response.status_code:>=500)`,
      width: 8,
      note: 'Targets that did not answer a request, or answered it with 5xx. Results of health checks are in no access log.',
      keys: [
        { field: 'aws.elb.backend.ip', label: 'Target', size: 20 },
        { ...BALANCER, size: 3 },
        { field: 'http.response.status_code', label: 'Status', size: 5 },
      ],
      measures: [{ measure: COUNT, label: 'Requests', format: 'number' }, LAST],
    },
    {
      type: 'table',
      title: 'Failed Handshakes',
      view,
      where: `${LINES} AND (aws.elb.tls_verify_status:Failed OR aws.elb.incoming_tls_alert:*)`,
      width: 12,
      columns: [
        TIME,
        { field: 'source.address', label: 'Client', format: 'text' },
        { ...BALANCER, format: 'text' },
        { field: 'aws.elb.tls_error_code', label: 'Error', format: 'text' },
        { field: 'aws.elb.incoming_tls_alert', label: 'Alert', format: 'text' },
      ],
      sort: NEWEST_FIRST,
    },
  ],
};
