/** Members by which a call is paged: of its input, and of its output. */
export interface Paging {
  readonly token: string;
  readonly size: string | undefined;
  readonly next: string;
}

type Paginate = (config: object, input: object) => AsyncGenerator<unknown>;

const TOKEN = 'page after the first';
const SIZE = 77;

/**
 * How the SDK's paginator pages a call; undefined where it has none. The SDK does not publish the names of the members, so the
 * paginator runs on a client that records which ones it sets and reads.
 */
export async function pagingOf(sdk: object, call: string): Promise<Paging | undefined> {
  const module = sdk as Readonly<Record<string, unknown>>;
  const paginate = module[`paginate${call}`] as Paginate | undefined;
  if (paginate === undefined) return undefined;
  let input: Record<string, unknown> = {};
  const read = new Set<string>();
  const output = new Proxy({}, { get: (_, key) => void (key === 'then' || read.add(String(key))) });
  const Client = Object.entries(module).find(([name]) => /^[A-Z]\w*Client$/.test(name))?.[1] as { prototype: object };
  const client = Object.create(Client.prototype, {
    send: {
      async value(command: { input: Record<string, unknown> }) {
        input = { ...command.input };
        return output;
      },
    },
  });
  const pages = paginate({ client, startingToken: TOKEN, pageSize: SIZE }, {});
  await pages.next();
  await pages.next();
  const named = (value: unknown) => Object.keys(input).find((name) => input[name] === value);
  const token = named(TOKEN);
  const [next] = read;
  if (token === undefined || next === undefined) throw new Error(`the SDK pages ${call} in another way`);
  return { token, size: named(SIZE), next };
}
