import { settle, type EndpointProblem, type KeyValue, type Member } from "../../client";
import type { Subscription } from "./following";
import { listScopes } from "./list-scopes";
import { MemberFeed, type FeedListener } from "./member-feed";
import { continues, readStanding, type Standing } from "./standing";

/** A feed that is ready to speak, and what its followers have to know first. */
export interface Attachment {
  readonly feed: MemberFeed;
  readonly standing: Standing;
  readonly lists: readonly SubscriptionList[];
}

export interface SubscriptionList {
  readonly subscription: Subscription;
  readonly kvs: readonly KeyValue[];
  readonly revision: bigint;
}

export interface AttachOptions {
  readonly subscriptions: readonly Subscription[];
  /** Where the cluster stood before. */
  readonly before: Standing | undefined;
  readonly callTimeoutMs: number;
  readonly listener: FeedListener;
  /** Called for everything that the user may not read. */
  readonly refuse: (subscription: Subscription, problem: EndpointProblem) => void;
}

/**
 * Has a member that a majority stands behind watch everything from where each subscription has come to.
 *
 * @throws EndpointProblem
 */
export async function attach(member: Member, options: AttachOptions): Promise<Attachment> {
  const { before, callTimeoutMs, listener, refuse } = options;
  // Comes first also because it renews a token that has expired: on a stream, only a refused watch would tell.
  const { standing, subscriptions } = await readable(member, options);
  const isContinued = continues(standing, before);
  const lists: SubscriptionList[] = [];
  const startRevisions = new Map<Subscription, bigint>();
  const toList: Subscription[] = [];
  for (const subscription of subscriptions) {
    if (!isContinued || subscription.needsList) toList.push(subscription);
    else startRevisions.set(subscription, subscription.lastRevision + 1n);
  }
  const listing = await listScopes(
    member,
    toList.map(({ prefix }) => prefix),
  );
  toList.forEach((subscription, index) => {
    const content = listing.contents[index]!;
    if (!content.ok) {
      refuse(subscription, content.problem);
      return;
    }
    const { revision } = listing.standing ?? standing;
    lists.push({ subscription, kvs: content.value, revision });
    startRevisions.set(subscription, revision + 1n);
  });
  const feed = await MemberFeed.open(member, callTimeoutMs, listener);
  try {
    for (const [subscription, startRevision] of startRevisions) feed.create(subscription, startRevision);
    await feed.created();
  } catch (error) {
    feed.close();
    throw error;
  }
  return { feed, standing: listing.standing ?? standing, lists };
}

/** Those subscriptions that the user may read, as far as it takes to find one. */
async function readable(
  member: Member,
  { subscriptions, refuse }: AttachOptions,
): Promise<{ readonly standing: Standing; readonly subscriptions: readonly Subscription[] }> {
  let refusal: EndpointProblem | undefined;
  for (const [index, subscription] of subscriptions.entries()) {
    const answer = await settle(readStanding(member, subscription.prefix));
    if (answer.ok) return { standing: answer.value, subscriptions: subscriptions.slice(index) };
    if (answer.problem.kind !== "permission-denied") throw answer.problem;
    refusal = answer.problem;
    refuse(subscription, answer.problem);
  }
  throw refusal ?? new Error("nothing to watch");
}
