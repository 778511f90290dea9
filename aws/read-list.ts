import { readFileSync } from 'node:fs';
import { decodeText } from '../core/decode-text.ts';
import { OrgscopeError, type Problem, type ProblemCode } from '../core/problem.ts';
import { parseArn } from './partition.ts';

/** The words of one line of a list, without its comment; empty lines are left out. */
export interface ListLine {
  readonly file: string;
  readonly line: number;
  readonly words: readonly string[];
}

/** The lines of a list file. Blanks or commas separate words, `"…"` keeps blanks, `#` begins a comment. A missing file has no lines. */
export function readList(file: string): readonly ListLine[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new OrgscopeError('missing', `${file} can't be read`, 'Check the permissions of the file.', { file }, { cause: error });
  }
  return parseList(decodeText(bytes, file), file);
}

export function parseList(text: string, file: string): readonly ListLine[] {
  return text
    .split(/\r?\n/)
    .map((content, index) => ({
      file,
      line: index + 1,
      words: (content.replace(/(^|\s)#.*$/, '').match(/(?:"[^"]*"|[^\s,])+/g) ?? []).map((word) => word.replaceAll('"', '')),
    }))
    .filter(({ words }) => words.length > 0);
}

export const originOf = ({ file, line }: Pick<ListLine, 'file' | 'line'>): string => `${file}:${line}`;

export function lineProblem(line: ListLine, code: ProblemCode, message: string, next: string): Problem {
  return { code, severity: 'failed', message, next, where: { file: line.file, line: line.line } };
}

/** Names an identity: a profile, the member role of an account, or a role. */
export type Reader =
  | { readonly type: 'profile'; readonly name: string }
  | { readonly type: 'account'; readonly id: string }
  | { readonly type: 'role'; readonly arn: string; readonly account: string; readonly partition: string };

/** Whether STS accepts the word as the ARN of a role. */
export function isRoleArn(word: string): boolean {
  const arn = parseArn(word);
  return arn?.service === 'iam' && /^\d{12}$/.test(arn.account) && /^role\/[\w+=,.@/-]+$/.test(arn.resource);
}

/** Says how to write the ARN of a role correctly. */
export function roleArnAdvice(word: string): string {
  const closed = word.replace(/\s/g, '');
  return closed !== word && isRoleArn(closed)
    ? `write it without blanks, as ${closed}.`
    : 'write it as arn:PARTITION:iam::ACCOUNT:role/NAME, such as arn:aws:iam::111122223333:role/ReadOnly.';
}

/** Parses the name of an identity. A profile takes precedence over an account id, since users name profiles `111111111222`. */
export function parseReader(
  word: string,
  profiles: ReadonlySet<string>,
  /** The words that follow: an ARN with blanks consists of several. */
  rest: readonly string[] = [],
): Reader | Pick<Problem, 'code' | 'message' | 'next'> {
  if (profiles.has(word)) return { type: 'profile', name: word };
  if (/^\d{12}$/.test(word)) return { type: 'account', id: word };
  if (word.startsWith('arn:')) {
    const arn = parseArn(word);
    if (arn !== undefined && isRoleArn(word)) {
      return { type: 'role', arn: word, account: arn.account, partition: arn.partition };
    }
    // Joins as few words as make a valid ARN: regions may follow.
    const blank = rest
      .map((_, index) => [word, ...rest.slice(0, index + 1)].join(' '))
      .find((text) => isRoleArn(text.replace(/\s/g, '')));
    const shown = blank ?? word;
    const advice = roleArnAdvice(shown);
    return {
      code: 'malformed',
      message: `"${shown}" is not the ARN of a role`,
      next: `${advice.charAt(0).toUpperCase()}${advice.slice(1)}`,
    };
  }
  if (/^[\d-]+$/.test(word)) {
    return {
      code: 'malformed',
      message: `"${word}" is neither an account id nor a profile`,
      next: 'An account id has 12 digits, without dashes; leading zeros count.',
    };
  }
  const known = [...profiles.values().take(10)];
  return {
    code: 'missing',
    message: `there is no profile "${word}"`,
    next:
      known.length === 0
        ? 'The AWS configuration has no profiles: make one with "aws configure", or set AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE.'
        : `The AWS configuration has ${known.join(', ')}${profiles.size > 10 ? ` and ${profiles.size - 10} more` : ''}.`,
  };
}

/** The key under which two lines name the same reader. */
export function readerKey(reader: Reader): string {
  if (reader.type === 'profile') return `profile:${reader.name}`;
  return reader.type === 'account' ? `account:${reader.id}` : `role:${reader.arn}`;
}
