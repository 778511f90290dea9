import { createInterface } from 'node:readline/promises';
import type { Reach } from '../aws/reach.ts';
import { OrgscopeError } from '../core/problem.ts';
import type { ComposeOptions } from './compose.ts';

/** Reaches the user's accounts, as the lists and options name them. */
export async function ownReach({
  settings,
  environment,
  signal,
  meter,
}: Pick<ComposeOptions, 'settings' | 'environment' | 'signal' | 'meter'>): Promise<Reach> {
  const { openReach } = await import('../aws/open-reach.ts');
  const { organization, roleName, externalId, profile, regions } = settings;
  const reach = openReach({
    lists: settings.lists,
    env: environment.variables,
    answerSeconds: secondsOf(environment.awsTimeout),
    signal,
    organization,
    ...(roleName === undefined ? {} : { roleName }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(profile === undefined ? {} : { profile }),
    mfaPrompt: askForMfaCode,
    ...(meter === undefined ? {} : { meter }),
  });
  if (regions === undefined) return reach;
  // Regions that a line names take precedence over those of the command line.
  return {
    ...reach,
    async accounts(file) {
      const { accounts, problems } = await reach.accounts(file);
      return { accounts: accounts.map((account) => ({ ...account, regions: account.regions ?? regions })), problems };
    },
  };
}

function secondsOf(timeout: string | undefined): number | undefined {
  if (timeout === undefined) return undefined;
  const seconds = Number(timeout);
  if (seconds > 0 && seconds <= 3600) return seconds;
  throw new OrgscopeError(
    'usage',
    `ORGSCOPE_AWS_TIMEOUT is "${timeout}".`,
    'Give it in seconds, such as 30; an hour is the most.',
  );
}

async function askForMfaCode(serial: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new OrgscopeError(
      'credentials',
      `A code of the MFA device ${serial} is needed, and there is no terminal to ask for it.`,
      'Start orgscope in a terminal, or use credentials that need no MFA.',
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`\nCode of the MFA device ${serial}: `)).trim();
  } finally {
    terminal.close();
  }
}
