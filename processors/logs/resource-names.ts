/** A machine, or another owner of a network interface, behind an address of a log line. */
export interface NamedEndpoint {
  readonly interfaceId?: string | undefined;
  readonly instanceId?: string | undefined;
  readonly instanceName?: string | undefined;
  /** The name of the service that it runs, such as that of its ECS service or its tag `Service`. */
  readonly service?: string | undefined;
  /** Ids of its security groups. */
  readonly securityGroups?: readonly string[] | undefined;
  /** Name of the load balancer that owns the interface. */
  readonly loadBalancer?: string | undefined;
  readonly availabilityZone?: string | undefined;
}

/**
 * What the inventory knows of the resources that log lines name. A pipeline passes it in. What is unknown is undefined, and never guessed. `timeMs`: when
 * the line was written, since addresses move from one machine to another.
 */
export interface ResourceNames {
  ofInterface(account: string | undefined, id: string, timeMs: number): NamedEndpoint | undefined;
  /**
   * By a private address, or a public one that the account holds. `seenAt`: the network interface at which it was seen, whose VPC decides where several
   * VPCs have the address.
   */
  ofAddress(account: string | undefined, ip: string, timeMs: number, seenAt?: string): NamedEndpoint | undefined;
  /** The service behind a target group. */
  ofTargetGroup(arn: string): { readonly service: string } | undefined;
  /** The user behind the ARN of an IAM user or an assumed role, as far as the inventory has it. */
  ofRequester(id: string): { readonly name: string } | undefined;
  /** Cluster, service and task of an ECS task. */
  ofTask(
    account: string | undefined,
    taskId: string,
  ): { readonly cluster?: string; readonly service?: string; readonly taskArn?: string } | undefined;
  /** The fields of a flow log, in order, by its log group or the bucket that it writes to. */
  flowLogFormat(account: string | undefined, destination: string): readonly string[] | undefined;
}

/** For what is read without an inventory. */
export const NO_NAMES: ResourceNames = {
  ofInterface: () => undefined,
  ofAddress: () => undefined,
  ofTargetGroup: () => undefined,
  ofRequester: () => undefined,
  ofTask: () => undefined,
  flowLogFormat: () => undefined,
};
