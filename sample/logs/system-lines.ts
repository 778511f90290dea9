import type { LogEvents } from './log-events.ts';
import type { LogHour } from './log-hour.ts';
import { SCANNER } from './log-hour.ts';
import { type Machine, openMachines, type Scene } from './machines.ts';

/** Of each account so many machines send their system log. */
const HOSTS = 6;

/** The system logs of an account's machines in one hour, as their agent sends them. */
export function systemEvents(scene: Scene, hour: LogHour): LogEvents[] {
  return hostsOf(scene).flatMap((machine, index) => {
    if (machine.launched > hour.start || isSilent(scene, index, hour)) return [];
    const random = hour.stream('system', machine.id);
    const events: { time: number; message: string }[] = [];
    const say = (time: number, process: string, text: string): void => {
      const clock = new Date(time);
      const date = `${clock.toUTCString().slice(8, 11)} ${String(clock.getUTCDate()).padStart(2)} ${clock.toISOString().slice(11, 19)}`;
      events.push({ time, message: `${date} ip-${machine.ip.replaceAll('.', '-')} ${process}: ${text}` });
    };
    for (const minute of [5, 20, 35, 50]) {
      const time = hour.start + minute * 60_000 + random.int(0, 59_000);
      const [process, text] = random.pick(EVERYDAY);
      say(time, process.replace('#', String(random.int(700, 32_000))), text.replace('#', String(random.int(10, 900))));
    }
    if (scene.account.name === 'mobile-dev' && openMachines(scene).some(({ id }) => id === machine.id)) guessed(hour, say);
    if (index === 0 && WORKING_HOURS.includes(hour.hour)) {
      const time = hour.moment(random);
      const user = random.pick(['a.berg', 'g.novak']);
      say(time, 'sudo', `${user} : TTY=pts/0 ; PWD=/home/${user} ; USER=root ; COMMAND=/usr/bin/systemctl restart app`);
      say(time + 500, 'sudo', `pam_unix(sudo:session): session opened for user root(uid=0) by ${user}(uid=1001)`);
    }
    if (scene.account.name === 'payments-prod' && index === 1 && hour.hour === KILL_HOUR) killed(hour, say);
    return [{ group: '/var/log/messages', stream: machine.id, account: scene.account.id, events }];
  });
}

const WORKING_HOURS = [8, 10, 14];
const KILL_HOUR = 5;

const EVERYDAY: readonly (readonly [process: string, text: string])[] = [
  ['systemd[1]', 'Started Session # of User app.'],
  ['systemd[1]', 'logrotate.service: Succeeded.'],
  ['crond[#]', '(root) CMD (run-parts /etc/cron.hourly)'],
  ['dhclient[#]', 'bound to lease, renewal in # seconds.'],
  ['chronyd[#]', 'Selected source 169.254.169.123'],
  ['amazon-ssm-agent[#]', 'INFO [HealthCheck] HealthCheck reporting agent health.'],
];

/** The machines that send their logs; those with a planted finding are among them. */
export function hostsOf(scene: Scene): readonly Machine[] {
  const open = openMachines(scene);
  const oldFirst = scene.machines
    .filter(({ id }) => !open.some((one) => one.id === id))
    .toSorted((a, b) => a.launched - b.launched);
  return [...open, ...oldFirst].slice(0, HOSTS);
}

/** Two machines of search-prod are silent for half of the day each, so that one of them is silent at any time. */
function isSilent(scene: Scene, index: number, { hour }: LogHour): boolean {
  if (scene.account.name !== 'search-prod') return false;
  return (index === 2 && hour >= 3 && hour < 17) || (index === 3 && (hour >= 15 || hour < 5));
}

type Say = (time: number, process: string, text: string) => void;

/** Passwords that somebody guesses over SSH. */
function guessed(hour: LogHour, say: Say): void {
  const random = hour.stream('guesses');
  const attempts = hour.hour === GUESS_HOUR ? 60 : 2;
  for (let number = 0; number < attempts; number += 1) {
    const user = random.pick(['admin', 'root', 'ubuntu', 'oracle', 'test']);
    const known = user === 'root' ? '' : 'invalid user ';
    say(
      hour.start + 120_000 + number * 20_000,
      `sshd[${2_000 + number}]`,
      `Failed password for ${known}${user} from ${SCANNER} port ${random.int(30_000, 60_000)} ssh2`,
    );
  }
}

const GUESS_HOUR = 4;

/** The kernel ends a process, since the machine has no memory left. */
function killed(hour: LogHour, say: Say): void {
  const time = hour.start + 41 * 60_000;
  say(time, 'kernel', 'java invoked oom-killer: gfp_mask=0x100cca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0');
  say(
    time + 1_000,
    'kernel',
    'Out of memory: Killed process 4711 (java) total-vm:9834120kB, anon-rss:7811200kB, file-rss:0kB, shmem-rss:0kB',
  );
  say(time + 2_000, 'systemd[1]', 'app.service: Main process exited, code=killed, status=9/KILL');
}
