/** What it means that no chain was found: a no, or not even that. */
import type { Density } from '../../../src/contract/shapes.ts'
import { formatStamp } from '../../widgets/format.ts'
import { shortHost } from './sentence.ts'

export interface NoChain {
  readonly kind: 'no' | 'cannot-tell'
  readonly title: string
  readonly why: readonly string[]
}

/** Records of the subcategory that also holds 4698: their presence shows that task creation was audited. */
const auditProof = [4698, 4699, 4700, 4701, 4702]

/**
 * `eventIds` are those present in the case. A no needs both: a Security log without a gap on every host, and a record
 * that shows 4698 was audited. Everything less is `cannot tell`, with what is missing.
 */
export function noChainOf(
  coverage: readonly Density['coverage'][number][],
  hosts: readonly string[],
  eventIds: readonly number[],
  problems: number,
): NoChain {
  if (coverage.length === 0)
    return {
      kind: 'cannot-tell',
      title: 'Cannot tell whether a task was created',
      why: ['No Windows event log is in this case yet.'],
    }
  const why: string[] = []
  const security = coverage.filter((strip) => strip.channel === 'Security')
  for (const host of hosts)
    if (!security.some((strip) => strip.host === host))
      why.push(`No Security log of ${shortHost(host)} is in this case.`)
  for (const strip of security)
    if (strip.state !== 'covered')
      why.push(`Security log of ${shortHost(strip.host)}: ${strip.note}.`.replace('..', '.'))
  if (!auditProof.some((id) => eventIds.includes(id)))
    why.push('Nothing in these logs shows that task creation (4698) was audited.')
  if (problems > 0) why.push('Some evidence could not be read: see Problems.')
  if (why.length > 0 || security.length === 0)
    return { kind: 'cannot-tell', title: 'Cannot tell whether a task was created', why }
  const spans = security.map(
    (strip) => `${shortHost(strip.host)}: ${formatStamp(strip.from, 0)} to ${formatStamp(strip.to, 0)} UTC`,
  )
  return {
    kind: 'no',
    title: 'No task was created in this window',
    why: ['4698 is audited and the log has no gap, so this is a no.', ...spans],
  }
}
