import { storeMappings } from '../../cli/store-mappings.ts';
import type { SqlStore } from '../../core/store.ts';
import { openDuckdb } from '../../stores/duckdb/open-duckdb.ts';

/** The embedded store with the product's own mappings. */
export const openTestStore = (path: string): Promise<SqlStore> => openDuckdb({ path, mappings: storeMappings() });
