import { SQSClient } from '@aws-sdk/client-sqs';

type Config = ConstructorParameters<typeof SQSClient>[0];

/** A client that sends to the region's endpoint, or to the one that overrides it, and ignores the host in the queue's URL. */
export class RegionalQueueClient extends SQSClient {
  constructor(config: Config) {
    super({ ...config, useQueueUrlAsEndpoint: false });
  }
}

/** A client that sends to the host in the queue's URL. Its logger is silenced because the SDK would mention this on the console at each call. */
export class QueueUrlClient extends SQSClient {
  constructor(config: Config) {
    const quiet = (): void => {};
    super({ ...config, useQueueUrlAsEndpoint: true, logger: { debug: quiet, info: quiet, warn: quiet, error: quiet } });
  }
}
