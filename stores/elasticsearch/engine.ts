export type Product = 'elasticsearch' | 'opensearch';

export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** Encoded as in a URL. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: object;
  /** NDJSON, instead of `body`. */
  readonly lines?: Buffer;
  /** Error statuses that are returned as answers instead of being thrown. */
  readonly allow?: readonly number[];
  /** Numbers of the answer keep their digits (`core/exact-json.ts`). Slower, and needed for documents that are written again. */
  readonly exact?: boolean;
  /** The server may be no engine, so an answer that is no JSON object is no error. */
  readonly anyServer?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface EngineResponse<Body> {
  readonly status: number;
  readonly body: Body;
}

/** A connection to an engine. The rest of the store sends plain REST requests through it, so that only `connect.ts` knows the two clients. */
export interface Engine {
  readonly product: Product;
  /** Such as `8.19.21`. */
  readonly version: string;
  readonly major: number;
  /** Its address, without credentials. */
  readonly name: string;
  /** Elasticsearch without x-pack (7.x OSS, and builds of others) has no `flattened`. */
  readonly plain: boolean;
  /** Throws an EngineError. */
  request<Body = unknown>(request: EngineRequest): Promise<EngineResponse<Body>>;
  close(): Promise<void>;
}
