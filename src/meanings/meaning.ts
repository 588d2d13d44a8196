/** What a reason means, and what an operator does about it. */
export interface Meaning {
  readonly meaning: string
  readonly fix: string
}

export const nothingToDo = 'Nothing.'
