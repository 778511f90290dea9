import { storeMappings } from '../../app/store-mappings.ts';
import type { Json } from '../../core/json.ts';
import type { SqlStore, Store } from '../../core/store.ts';
import { openDuckdb } from '../../stores/duckdb/open-duckdb.ts';

/** The embedded store with the product's own mappings, whose `sql` yields all rows at once. */
export const openTestStore = async (path: string): Promise<TestStore> =>
  withAllRows(await openDuckdb({ path, mappings: storeMappings() }));

export interface TestStore extends Store {
  sql(text: string): Promise<{ readonly columns: readonly string[]; readonly rows: readonly Readonly<Record<string, Json>>[] }>;
}

export const withAllRows = (store: SqlStore): TestStore => ({
  ...store,
  async sql(text) {
    const { columns, rows } = await store.sql(text);
    const all: Readonly<Record<string, Json>>[] = [];
    for await (const batch of rows) all.push(...batch);
    return { columns, rows: all };
  },
});
