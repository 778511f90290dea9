import type { FastifyInstance } from 'fastify';
import { OrgscopeError, type ProblemCode, toProblem } from '../core/problem.ts';

const STATUS: Readonly<Partial<Record<ProblemCode, number>>> = {
  usage: 400,
  malformed: 400,
  empty: 400,
  denied: 403,
  missing: 404,
  conflict: 409,
  interrupted: 503,
};

/** Answers each error as `{code, message, next}` with the status of its code; a defect is also given to `onDefect`. */
export function answerErrors(app: FastifyInstance, onDefect: (error: unknown) => void): void {
  app.setErrorHandler((error, request, reply) => {
    // The client has closed the connection: nothing is wrong, and nobody would read the answer.
    if (request.socket.destroyed) return reply.hijack();
    const status = (error as { statusCode?: number }).statusCode;
    // What fastify itself refuses (no JSON, too long) has a status; anything else without a status is a defect of orgscope.
    const known =
      error instanceof OrgscopeError || status === undefined || status >= 500
        ? error
        : new OrgscopeError('usage', (error as Error).message, 'See core/api/ for what the API takes.');
    const problem = toProblem(known);
    if (problem.code === 'unexpected') onDefect(error);
    void reply
      .status(status ?? (error instanceof OrgscopeError ? (STATUS[error.code] ?? 500) : 500))
      .send({ code: problem.code, message: problem.message, next: problem.next });
  });
}
