import { OrgscopeError } from '../core/problem.ts';

/** Why a port can't be opened, and what to do. */
export function listenProblem(error: unknown, host: string, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    const next = 'Stop what listens there (another `orgscope up`?), or choose another port: `orgscope up --port 8687`.';
    return new OrgscopeError('conflict', `Port ${port} of ${host} is in use.`, next, {}, { cause: error });
  }
  if (code === 'EACCES') {
    return new OrgscopeError(
      'denied',
      `Port ${port} may not be opened by this user.`,
      'Choose one above 1023 with --port.',
      {},
      { cause: error },
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const next = 'Give --host an address of this machine: 127.0.0.1, or 0.0.0.0 for all of them.';
    return new OrgscopeError('usage', `${host} is no address of this machine.`, next, {}, { cause: error });
  }
  return error;
}
