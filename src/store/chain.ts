/** A member of one chain at a time. */
export interface Link<T> {
  before?: T | undefined
  after?: T | undefined
}

/**
 * What came in an order and may leave from anywhere. Joining, leaving and looking at the first take the same time
 * however many there are; in a Map the first is behind the slots of all that were deleted before it.
 */
export interface Chain<T> {
  first?: T | undefined
  last?: T | undefined
}

export function append<T extends Link<T>>(chain: Chain<T>, member: T): void {
  member.before = chain.last
  member.after = undefined
  if (chain.last) chain.last.after = member
  else chain.first = member
  chain.last = member
}

export function remove<T extends Link<T>>(chain: Chain<T>, member: T): void {
  if (member.before) member.before.after = member.after
  else chain.first = member.after
  if (member.after) member.after.before = member.before
  else chain.last = member.before
}
