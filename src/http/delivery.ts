/** How an authorization response reaches its client through the browser. */
export type Delivery =
  /** A Location, as the OP wrote it or as a path of the public origin. */
  | { readonly kind: 'redirect'; readonly location: string }
  /** A form that is posted to the client (OAuth 2.0 Form Post Response Mode). */
  | {
      readonly kind: 'form'
      readonly action: string
      readonly fields: readonly (readonly [name: string, value: string])[]
    }
