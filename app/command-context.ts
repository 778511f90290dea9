import type { Environment } from './environment.ts';
import type { Stop } from './stop-signal.ts';
import type { Terminal } from './terminal.ts';

/** What a command works with instead of the process's own globals. */
export interface CommandContext {
  readonly version: string;
  readonly environment: Environment;
  readonly stop: Stop;
  /** What the command yields. */
  readonly out: Terminal;
  /** What it says on the way. */
  readonly err: Terminal;
}
