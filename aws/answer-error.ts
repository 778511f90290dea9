import { OrgscopeError } from '../core/problem.ts';

/** What is wrong with an answer as such, whatever was asked: the call is named by who knows it (`callError`). */
export class AnswerError extends OrgscopeError {}
