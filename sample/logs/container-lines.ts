import type { Random } from '../random.ts';
import type { LogEvents } from './log-events.ts';
import { type LogHour, within } from './log-hour.ts';
import type { Scene } from './machines.ts';

/** The lines of an account's containers in one hour. */
export function containerEvents(scene: Scene, hour: LogHour): LogEvents[] {
  const { tasks } = scene.estate.containers;
  return tasks.map(({ taskArn = '', group = '' }): LogEvents => {
    const service = group.replace('service:', '');
    const task = taskArn.split('/').at(-1) ?? '';
    const random = hour.stream('container', task);
    const events = [...everyday(hour, random), ...(service === DEPLOYED ? afterDeployment(hour, random) : [])];
    return {
      account: scene.account.id,
      group: `/ecs/${service}`,
      stream: `app/${service}/${task}`,
      events: events
        .map(({ time, ...line }) => ({ time, message: JSON.stringify({ ...line, logger: service }) }))
        .sort((left, right) => left.time - right.time),
    };
  });
}

interface Line {
  readonly time: number;
  readonly level: string;
  readonly msg: string;
  readonly user?: string;
  readonly duration_ms?: number;
}

/** The service of payments-prod that fails after its deployment. */
export const DEPLOYED = 'checkout';
export const DEPLOYMENT = { from: '15:00', to: '15:40' } as const;

function everyday(hour: LogHour, random: Random): Line[] {
  const lines: Line[] = [];
  for (let count = hour.busy(6); count > 0; count -= 1) {
    const time = hour.start + random.int(0, 3_599_999);
    const user = `u-${random.int(1_000, 1_020)}`;
    const number = random.int(100_000, 999_999);
    const took = Math.round(20 + random.next() ** 5 * 4_000);
    lines.push(
      random.weighted<Line>([
        [{ time, level: 'info', msg: `order ${number} accepted in ${took} ms`, user, duration_ms: took }, 8],
        [{ time, level: 'debug', msg: `cache miss for key basket:${number}` }, 3],
        [{ time, level: 'warn', msg: `retrying request ${number} after ${random.int(1, 5)} s`, user }, 1],
        [{ time, level: 'error', msg: `order ${number} has no address`, user }, 0.3],
      ]),
    );
  }
  return lines;
}

function afterDeployment(hour: LogHour, random: Random): Line[] {
  if (hour.hour !== Number(DEPLOYMENT.from.slice(0, 2))) return [];
  const lines: Line[] = [{ time: hour.start, level: 'info', msg: 'starting checkout 1.42.0' }];
  for (let count = 30; count > 0; count -= 1) {
    const time = hour.start + random.int(5_000, 3_599_999);
    if (!within(time, DEPLOYMENT.from, DEPLOYMENT.to)) continue;
    const took = random.int(3_000, 3_090);
    lines.push({
      time,
      level: 'error',
      msg: `ledger did not answer within 3000 ms (payment ${random.int(10_000, 99_999)})`,
      duration_ms: took,
    });
  }
  return lines;
}
