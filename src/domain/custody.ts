/** One line of the custody journal (design/bundle.md §5.5). */
export type CustodyAction =
  | 'case-opened'
  | 'connected'
  | 'collected'
  | 'collection-failed'
  | 'imported'
  | 'verified'
  | 'viewed-export'
  | 'derived'
  | 'host-changed'
  | 'note'
  | 'sealed'
  | 'copied'
  | 'encrypted'
  | 'released'
  | 'received'
  | 'receipt-verified'
  | 'disposed'

export interface CustodyActor {
  readonly name: string
  readonly account: string
  readonly workstation: string
  readonly title?: string
  readonly org?: string
  readonly contact?: string
}

export interface CustodyLine {
  readonly seq: number
  /** hex SHA-256 of the previous line's bytes without its LF; 64 zeros for the first */
  readonly prev: string
  /** UTC, milliseconds */
  readonly at: string
  /** e.g. `+02:00` */
  readonly tzOffset: string
  readonly clock: { readonly source: string; readonly offsetMs: number | null }
  readonly actor: CustodyActor
  readonly action: CustodyAction
  /** evidence ids concerned */
  readonly items: readonly string[]
  readonly location?: { readonly from: string; readonly to: string }
  readonly purpose?: string
  readonly authority?: string
  readonly method?: string
  readonly sha256?: { readonly before: string | null; readonly after: string | null }
  readonly counterparty?: string
  readonly note?: string
}
