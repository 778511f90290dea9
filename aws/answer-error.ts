import { OrgscopeError } from '../core/problem.ts';

/** An answer that is wrong for any call. `callError` adds the call's name. */
export class AnswerError extends OrgscopeError {}
