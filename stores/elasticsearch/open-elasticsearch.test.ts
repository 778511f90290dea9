import { useEngine } from '../../tests/support/engine.ts';
import { missing } from '../../tests/support/needs.ts';
import { SUITE_MAPPINGS, storeSuite } from '../../tests/support/store-suite.ts';
import { openElasticsearch } from './open-elasticsearch.ts';

for (const service of ['OPENSEARCH_URL', 'ELASTICSEARCH_URL'] as const) {
  const skip = missing(service);
  const engine = skip === false ? useEngine(service) : undefined;
  const open = async () => {
    await engine?.wipe();
    return openElasticsearch({ nodes: [engine?.url ?? ''], mappings: SUITE_MAPPINGS });
  };
  storeSuite(service === 'OPENSEARCH_URL' ? 'OpenSearch' : 'Elasticsearch', open, skip);
}
