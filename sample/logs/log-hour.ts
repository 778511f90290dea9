import { type Calendar, HOUR_MS } from '../calendar.ts';
import { type Random, seeded } from '../random.ts';

/** One hour of the sample's logs. Its content depends on nothing but the hour, so that a log that was read stays as it is when time goes on. */
export interface LogHour {
  readonly start: number;
  /** 0 to 23, in UTC. */
  readonly hour: number;
  /** `2026/11/28` */
  readonly day: string;
  /** `20261128T0900Z`, as the keys of logs end the hour. */
  readonly stamp: string;
  /** A moment of the hour, at whole seconds. */
  moment(random: Random): number;
  /** How many lines an hour has, where the busiest hour has this many. */
  busy(most: number): number;
  /** A stream of this hour and source alone. */
  stream(...name: readonly (string | number)[]): Random;
  /** A stream of the source alone, for ids that are the same in every hour. */
  source(...name: readonly (string | number)[]): Random;
}

/** The content of one object of logs. */
export interface LogFile {
  readonly key: string;
  readonly lines: readonly string[];
  /** `text`: as it is. `members`: each line is a gzip member of its own, as Firehose joins records. */
  readonly as: 'gzip' | 'text' | 'members';
}

/** How much of the busiest hour's traffic each hour (UTC) has. */
const TRAFFIC = [
  0.3, 0.25, 0.2, 0.2, 0.25, 0.3, 0.4, 0.6, 0.8, 0.95, 1, 1, 0.9, 0.95, 1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5, 0.4,
];

/** The sample has the logs of so many complete hours before now. */
const HOURS = 24;

/** The hours that the sample has logs of. */
export const lastHours = (seed: number, { now }: Calendar): readonly LogHour[] =>
  [...Array(HOURS).keys()].map((number) => logHour(seed, now - (HOURS - number) * HOUR_MS));

function logHour(seed: number, start: number): LogHour {
  const hour = new Date(start).getUTCHours();
  const end = new Date(start + HOUR_MS).toISOString();
  return {
    start,
    hour,
    day: new Date(start).toISOString().slice(0, 10).replaceAll('-', '/'),
    stamp: `${end.slice(0, 16).replaceAll(/[-:]/g, '')}Z`,
    moment: (random) => start + random.int(0, 3_599) * 1_000,
    busy: (most) => Math.max(1, Math.round(most * (TRAFFIC[hour] ?? 1))),
    stream: (...name) => seeded(seed, 'logs', start, ...name),
    source: (...name) => seeded(seed, 'logs', ...name),
  };
}

/** An address of a visitor, from a range that is reserved for documentation. */
export const visitor = (random: Random): string => `203.0.113.${random.int(31, 254)}`;

/** The address from which somebody looks for open ports and guesses passwords. */
export const SCANNER = '192.0.2.77';

export const AGENTS: readonly (readonly [string, number])[] = [
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36', 8],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
    6,
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0', 2],
  ['okhttp/4.12.0', 3],
  ['curl/8.9.1', 1],
];

/** The time of day within the hour, in minutes and seconds: whether a moment lies in it decides about planted faults. */
export const within = (time: number, from: string, to: string): boolean => {
  const clock = new Date(time).toISOString().slice(11, 16);
  return clock >= from && clock < to;
};
