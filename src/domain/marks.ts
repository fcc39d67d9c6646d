/** What a person stated about a case: append-only, each with who, when and why. Nothing here is made by the product. */

export const dispositions = ['malicious', 'expected', 'false-positive', 'undetermined'] as const
export type PersonDisposition = (typeof dispositions)[number]
export const clockIds = ['triage', 'containment'] as const
export type ClockId = (typeof clockIds)[number]

export type MarkStatement =
  | {
      readonly kind: 'tick'
      readonly chain: string
      readonly row: string
      readonly ticked: boolean
      readonly note: string
    }
  | { readonly kind: 'note'; readonly chain: string; readonly row: string; readonly note: string }
  | {
      readonly kind: 'disposition'
      readonly chain: string
      readonly disposition: PersonDisposition
      readonly why: string
    }
  | {
      readonly kind: 'clock'
      readonly chain: string
      readonly clock: ClockId
      readonly act: 'start' | 'finish'
      /** UTC; the moment it speaks of, which may lie before the moment it was written down */
      readonly moment: string
      readonly note: string
    }
  | {
      readonly kind: 'allow'
      /** as `AllowEntry` of domain/allow-list.ts; at least one of the three is given */
      readonly account: string | undefined
      readonly addresses: string | undefined
      readonly actionHash: string | undefined
      /** UTC; every entry of a case expires */
      readonly expires: string
      readonly reason: string
    }
  | { readonly kind: 'allow-removed'; readonly entry: number; readonly why: string }
  /** takes an earlier mark back; the mark itself stays */
  | { readonly kind: 'undo'; readonly mark: number; readonly why: string }

export interface Mark {
  /** counts up from 1 in the case */
  readonly id: number
  readonly author: string
  /** UTC, milliseconds */
  readonly at: string
  readonly statement: MarkStatement
}
