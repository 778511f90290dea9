import { storeMappings } from '../../app/store-mappings.ts';
import type { Store } from '../../core/store.ts';
import { type ElasticsearchOptions, openElasticsearch } from '../../stores/elasticsearch/open-elasticsearch.ts';

/** An engine as store, with the product's own mappings. */
export const openTestEngine = (url: string, options: Partial<ElasticsearchOptions> = {}): Promise<Store> =>
  openElasticsearch({ nodes: [url], mappings: storeMappings(), ...options });
