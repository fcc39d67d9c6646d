/** What an export is made from: the documents of a case and its rows. No clock and no chance: the same case gives the same bytes. */
import type { Citation } from '../domain/locator.ts'
import type { EventRecord } from '../domain/record.ts'
import type { ChainsJson } from '../report/chains-json.ts'
import type { IocRow } from '../report/iocs-csv.ts'

export type ExportChain = ChainsJson['chains'][number]

/** A row of the timeline with the record it was made of. */
export interface ExportRow {
  /** UTC, ISO 8601, 7 decimals */
  readonly time: string
  readonly eventId: number
  readonly what: string
  readonly host: string
  readonly account: string | null
  readonly address: string | null
  readonly channel: string
  readonly provider: string
  readonly citation: Citation
  readonly marks: readonly string[]
  readonly record: EventRecord
}

export interface ExportItem {
  /** exhibit number */
  readonly exhibit: string
  /** SHA-256 of its bytes */
  readonly id: string
  readonly name: string
  readonly origin: string
  readonly kind: string
  readonly host: string | null
  readonly size: number
  readonly records: number
  readonly provenance: string | null
  readonly first: string | null
  readonly last: string | null
  readonly admittedAt: string
}

export interface ExportSource {
  readonly tool: { readonly name: string; readonly version: string }
  readonly case: {
    readonly id: string
    readonly title: string
    /** case or ticket number; empty when there is none */
    readonly number: string
    readonly createdAt: string
    readonly practice: boolean
  }
  readonly rows: () => Iterable<ExportRow>
  readonly rowCount: number
  /** all chains, the most serious first */
  readonly chains: readonly ExportChain[]
  /** what the evidence points to, in the order of the chains */
  readonly outcomes: readonly { readonly outcome: string; readonly disposition: string }[]
  readonly iocs: readonly IocRow[]
  readonly evidence: readonly ExportItem[]
  readonly problems: readonly { readonly severity: string; readonly where: string; readonly what: string }[]
  readonly custody: readonly {
    readonly seq: number
    readonly at: string
    readonly actor: string
    readonly action: string
    readonly items: readonly string[]
    readonly note: string
  }[]
}

/** evidence id → exhibit number */
export const exhibitsOf = ({ evidence }: Pick<ExportSource, 'evidence'>): ReadonlyMap<string, string> =>
  new Map(evidence.map((item) => [item.id, item.exhibit]))
