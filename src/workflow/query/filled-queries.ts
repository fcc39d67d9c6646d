/** The playbook's queries for one chain of a case, each read by Microsoft's parser against the columns of its table. */
import { type FilledQuery, filledQueries } from '../../kql/filled.ts'
import { findings } from '../../kql/findings.ts'
import type { KqlDiagnostic } from '../../kql/microsoft.ts'
import { caseTables } from '../../kql/tables/index.ts'
import { filetimeStart } from '../../kql/ticks.ts'
import type { OpenCase } from '../open-case.ts'
import { chainOfCase } from '../playbook-answers.ts'

export interface CheckedQuery extends FilledQuery {
  /** errors of ours; none, or it is a bug */
  readonly found: readonly KqlDiagnostic[]
  /** errors of the written one */
  readonly foundInWritten: readonly KqlDiagnostic[]
}

export interface FilledQueries {
  readonly chain: string
  readonly queries: readonly CheckedQuery[]
}

/** @param wanted id of the chain or its beginning; default: the most serious */
export function filledQueriesOf(open: OpenCase, wanted?: string): FilledQueries {
  const chain = chainOfCase(open, wanted)
  const queries = filledQueries({
    host: chain.host,
    account: chain.account.name ?? undefined,
    sid: chain.account.sid ?? undefined,
    sourceIp: chain.source.ip,
    taskPath: chain.task.path,
    at: chain.time + filetimeStart,
  })
  const errors = (text: string) => findings(text, caseTables).filter(({ severity }) => severity === 'error')
  return {
    chain: chain.id,
    queries: queries.map((query) => ({
      ...query,
      found: errors(query.text),
      foundInWritten: query.written ? errors(query.written.text) : [],
    })),
  }
}
