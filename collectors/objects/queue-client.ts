import { SQSClient } from '@aws-sdk/client-sqs';

type Config = ConstructorParameters<typeof SQSClient>[0];

/** A client of queues that are reached by the region's endpoint, or what overrides it, whatever their URL says. */
export class RegionalQueueClient extends SQSClient {
  constructor(config: Config) {
    super({ ...config, useQueueUrlAsEndpoint: false });
  }
}

/** A client of queues that are reached by their URL's own host. The SDK would say on the console, for each call, that it does so. */
export class QueueUrlClient extends SQSClient {
  constructor(config: Config) {
    const quiet = (): void => {};
    super({ ...config, useQueueUrlAsEndpoint: true, logger: { debug: quiet, info: quiet, warn: quiet, error: quiet } });
  }
}
