import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reach } from '../../aws/reach.ts';
import type { ReadScope } from './ask-aws.ts';
import { arn, declareKind, lift } from './declare-kind.ts';

/** A made-up service: shelves hold books, and a call about a book yields its blurb. */
interface Output {
  readonly $metadata: object;
  readonly Books?: { readonly Id?: string; readonly Shelf?: string; readonly Blurb?: string }[];
  readonly Shelves?: string[];
  readonly Blurb?: string;
}
class Command {
  declare readonly input: { Shelf?: string; Id?: string };
  readonly given: { Shelf?: string; Id?: string };
  constructor(input: { Shelf?: string; Id?: string }) {
    this.given = input;
  }
  resolveMiddleware(): (input: unknown) => Promise<{ output: Output; response: unknown }> {
    throw new Error('not called');
  }
}
class ListShelvesCommand extends Command {}
class ListBooksCommand extends Command {}
class GetBlurbCommand extends Command {}

class LibraryClient {
  async send(command: object): Promise<Output> {
    const { given } = command as Command;
    if (command instanceof ListShelvesCommand) return { $metadata: {}, Shelves: ['a', 'b'] };
    if (command instanceof GetBlurbCommand) return { $metadata: {}, Blurb: `about ${given.Id}` };
    return { $metadata: {}, Books: [{ Id: `${given.Shelf}1` }, { Id: `${given.Shelf}2` }] };
  }
}
/** The SDK's paginators are generators over the client; this one gives two pages. */
async function* paginateListShelves(config: { client: LibraryClient; pageSize?: number }): AsyncGenerator<Output> {
  const { Shelves } = await config.client.send(new ListShelvesCommand({}));
  for (const shelf of Shelves ?? []) yield { $metadata: {}, Shelves: [shelf] };
}
const sdk = { ListShelvesCommand, ListBooksCommand, GetBlurbCommand, LibraryClient, paginateListShelves };

const book = declareKind({
  name: 'library-book',
  summary: 'Books.',
  service: 'library',
  sdk: async () => sdk,
  client: (module) => module.LibraryClient as never,
  call: 'ListBooks',
  calls: ['ListShelves', 'GetBlurb'],
  scope: 'regional',
  inputs: async function* (ask) {
    for await (const { Shelves } of ask('ListShelves', {})) for (const Shelf of Shelves ?? []) yield { Shelf };
  },
  items: (output) => lift(output.Books, {}),
  follow: async (ask, item) => {
    for await (const { Blurb } of ask('GetBlurb', { Id: item.Id ?? '' })) if (Blurb !== undefined) return { ...item, Blurb };
    return item;
  },
  id: (item) => item.Id,
  arn: (item, place) => arn(place, 'library', `book/${item.Id}`),
  example: { Books: [{ Id: 'a1' }] },
});

test('a kind that is listed by parent, with a further call for each item, is read by one declaration', async () => {
  const calls: string[] = [];
  const reach = {
    client: (type: new () => LibraryClient) => new type(),
    call: async <Result>({ call }: { call: string }, run: () => Promise<Result>) => {
      calls.push(call);
      return run();
    },
  } as unknown as Reach;
  const identity = {
    key: 'k',
    credentials: async () => ({ accessKeyId: '', secretAccessKey: '' }),
    partition: 'aws-cn',
    homeRegion: 'cn-north-1',
  };
  const scope: ReadScope = {
    reach,
    account: { id: '111111111111', name: 'one', identity, regions: undefined, origin: 'test' },
    region: 'cn-north-1',
    signal: new AbortController().signal,
    wait: async () => {},
  };
  const records = [];
  for await (const page of book.read(scope)) records.push(...page);
  assert.deepEqual(records, [
    { Id: 'a1', Blurb: 'about a1' },
    { Id: 'a2', Blurb: 'about a2' },
    { Id: 'b1', Blurb: 'about b1' },
    { Id: 'b2', Blurb: 'about b2' },
  ]);
  // Two pages of shelves and the paginator's end, and each call once through the limits.
  assert.deepEqual(
    ['library:ListShelves', 'library:ListBooks', 'library:GetBlurb'].map((call) => calls.filter((each) => each === call).length),
    [3, 2, 4],
  );
  assert.deepEqual(book.actions, ['library:GetBlurb', 'library:ListBooks', 'library:ListShelves']);
});

test('the compiler reports a mistake in an example where it stands, and not at the accessors', () => {
  const misspelt = declareKind({
    name: 'library-page',
    summary: 'Pages.',
    service: 'library',
    sdk: async () => sdk,
    client: (module) => module.LibraryClient as never,
    call: 'ListBooks',
    scope: 'regional',
    items: (output) => output.Books ?? [],
    id: (item) => item.Id,
    arn: (item, place) => arn(place, 'library', `page/${item.Id}`),
    // @ts-expect-error An error on any other line fails the check of types.
    example: { Books: [{ Idd: 'a1' }] },
  });
  const place = { partition: 'aws', account: '111111111111', region: 'eu-west-1' };
  assert.deepEqual(
    misspelt.items(misspelt.example).map((item) => misspelt.describe(item, place)),
    [undefined],
  );
});

test('an ARN is of the partition, and without a region for global kinds', () => {
  const place = { partition: 'aws-us-gov', account: '111111111111', region: 'us-gov-west-1' };
  assert.equal(arn(place, 'ec2', 'instance/i-1'), 'arn:aws-us-gov:ec2:us-gov-west-1:111111111111:instance/i-1');
  assert.equal(arn({ ...place, region: 'global' }, 'iam', 'user/x'), 'arn:aws-us-gov:iam::111111111111:user/x');
});
