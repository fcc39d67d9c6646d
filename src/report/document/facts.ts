/** What a report is made from: the documents of the case, nothing read anew and no clock. */
import type { AnswersJson } from '../answers-json.ts'
import type { ChainsJson } from '../chains-json.ts'
import type { IocRow } from '../iocs-csv.ts'

export type ReportChain = ChainsJson['chains'][number]

interface Statement {
  readonly by: string
  readonly at: string
}
export interface ReportAnswers extends AnswersJson {
  readonly checklist: readonly {
    readonly id: string
    readonly phase: string
    readonly heading: string
    readonly answer: 'yes' | 'no' | 'unknown' | null
    readonly why: string | null
    readonly todo: string
    readonly ticked: (Statement & { readonly note: string }) | null
    readonly notes: readonly (Statement & { readonly note: string })[]
  }[]
  readonly analyst: {
    readonly disposition: (Statement & { readonly disposition: string; readonly why: string }) | null
  } | null
}

export interface ReportEvidence {
  /** exhibit number */
  readonly exhibit: string
  readonly id: string
  readonly name: string
  readonly host: string | null
  readonly kind: string
  readonly size: number
  readonly records: number
  readonly provenance: string | null
  readonly first: string | null
  readonly last: string | null
  readonly problems: number
}

export interface ReportFacts {
  readonly tool: string
  readonly case: {
    readonly id: string
    readonly title: string
    /** case or ticket number; empty when there is none */
    readonly number: string
    readonly practice: boolean
  }
  /** ticks, notes, disposition and allow-list are used */
  readonly includesCase: boolean
  /** every chain of the case, the most serious first */
  readonly chains: readonly ReportChain[]
  /** what the evidence points to, for every chain, in the same order */
  readonly outcomes: readonly string[]
  /** answers of the chains told in full, in the same order; the others are listed */
  readonly answers: readonly ReportAnswers[]
  /** of all chains */
  readonly iocs: readonly IocRow[]
  /** bundles this case was opened from, with what their senders stated; empty for a case of one's own */
  readonly received: readonly {
    readonly name: string
    readonly verdict: string
    readonly sender: string
    readonly sealedAt: string
    readonly signer: string | null
    readonly identity: string | null
    readonly isSuperseded: boolean
    readonly statements: readonly (Statement & { readonly words: string })[]
  }[]
  readonly evidence: readonly ReportEvidence[]
  readonly problems: readonly {
    readonly severity: string
    readonly where: string
    readonly what: string
  }[]
  readonly custody: {
    readonly intact: boolean
    readonly note: string
    readonly lines: readonly {
      readonly seq: number
      readonly at: string
      readonly actor: string
      readonly action: string
      readonly note: string
    }[]
  }
}
