import type { Environment } from './environment.ts';
import type { Stop } from './stop-signal.ts';
import type { Terminal } from './terminal.ts';

/** What a command works with instead of the globals of the process, so that tests can replace it. */
export interface CommandContext {
  readonly version: string;
  readonly environment: Environment;
  readonly stop: Stop;
  /** The command's result. */
  readonly out: Terminal;
  /** Progress and messages. */
  readonly err: Terminal;
}
