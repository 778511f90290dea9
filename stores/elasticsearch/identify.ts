import type { ConnectOptions } from './addresses.ts';
import type { Engine, Product } from './engine.ts';
import { EngineError } from './engine-error.ts';

const PRODUCTS: Readonly<Record<Product, string>> = { elasticsearch: 'Elasticsearch', opensearch: 'OpenSearch' };
const SUPPORTED = 'Elasticsearch 7.10 to 9 and OpenSearch 2.7 to 3';

/** The product and the version of an engine. */
interface Identity {
  readonly product: Product;
  readonly version: string;
  readonly major: number;
  readonly plain: boolean;
}

/** Asks the server which engine it is. Throws an EngineError for any server that is not supported. */
export async function identify(request: Engine['request'], options: ConnectOptions, name: string): Promise<Identity> {
  const { status, body } = await request<{
    version?: { number?: string; distribution?: string; build_flavor?: string };
  }>({ method: 'GET', path: '/', allow: [404], anyServer: true });
  // Serverless has no root page, and no versions.
  if (status === 404 && options.sigv4?.service === 'aoss')
    return { product: 'opensearch', version: '2.17.0', major: 2, plain: false };
  const version = body?.version?.number;
  if (version === undefined) {
    throw new EngineError(
      'conflict',
      `What answers at ${name} is neither Elasticsearch nor OpenSearch.`,
      'Check the address and port: it is that of the REST API (often 9200), not of Kibana (5601).',
      { status },
    );
  }
  const product: Product = body.version?.distribution === 'opensearch' ? 'opensearch' : 'elasticsearch';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const known =
    product === 'opensearch'
      ? (major === 2 && minor >= 7) || major === 3
      : (major === 7 && minor >= 10) || major === 8 || major === 9;
  if (!known) {
    throw new EngineError(
      'conflict',
      `${PRODUCTS[product]} ${version} at ${name} is not supported.`,
      `Supported are ${SUPPORTED}: use another server, or the embedded store.`,
      { status },
    );
  }
  return { product, version, major, plain: product === 'elasticsearch' && !WITH_XPACK.has(body.version?.build_flavor ?? '') };
}

/** The build flavors of Elastic's own builds, which have x-pack. */
const WITH_XPACK = new Set(['default', 'serverless']);
