/** Definitions of one task laid side by side: what changed from record to record, and where views of the same moment disagree. */
import type { FieldDifference } from '../../domain/task-entry.ts'
import { fieldsDiffer } from '../../tasks/definition-fields.ts'
import type { ReadDefinition } from './read-definitions.ts'

const mostDifferences = 200
/** the order they are told in; settings come last, by name */
const first =
  'action workingDirectory runAs runLevel logonType privileges triggers hidden enabled author'.split(' ')
const rank = (field: string) => (first.indexOf(field) + first.length + 1) % (first.length + 1)

export function fieldDifferences(
  definitions: readonly ReadDefinition[],
  lastEnded: boolean,
): readonly FieldDifference[] {
  const found: FieldDifference[] = []
  const records = definitions.filter((one) => one.entry.view === 'event' && one.fields.size > 0)
  for (let at = 1; at < records.length; at++) {
    const before = records[at - 1] as ReadDefinition
    const after = records[at] as ReadDefinition
    if (before.entry.lifetime === after.entry.lifetime) found.push(...between([before, after], 'changed'))
  }
  const last = records.at(-1)
  const nowViews = definitions.filter((one) => one.entry.view !== 'event' && one.fields.size > 0)
  const isSameLife = last?.entry.lifetime === nowViews[0]?.entry.lifetime
  const views = last && !lastEnded && isSameLife ? [last, ...nowViews] : nowViews
  found.push(...between(views, 'views'))
  return found.slice(0, mostDifferences)
}

function between(definitions: readonly ReadDefinition[], kind: FieldDifference['kind']): FieldDifference[] {
  const names = new Set(definitions.flatMap(({ fields }) => [...fields.keys()]))
  const differing: FieldDifference[] = []
  for (const field of names) {
    // only what both state: a source that leaves a field out takes the default or does not tell
    const stating = definitions.filter(({ fields }) => fields.has(field))
    const values = stating.map(({ fields }) => fields.get(field) as string)
    const [one] = values
    if (one === undefined || !values.some((value) => fieldsDiffer(field, one, value))) continue
    differing.push({
      field,
      kind,
      lifetime: stating[0]?.entry.lifetime ?? null,
      values: stating.map(({ entry, fields }) => ({
        from: entry.from,
        value: fields.get(field) ?? null,
        citation: entry.citation,
      })),
    })
  }
  return differing.sort((a, b) => rank(a.field) - rank(b.field) || (a.field < b.field ? -1 : 1))
}

/** `action: 4698 of record 7 says "a", file x says "b"` */
export function differenceWords({ field, values }: FieldDifference): string {
  const groups = new Map<string, string[]>()
  for (const { from, value } of values) {
    const same = groups.get(value ?? '')
    if (same) same.push(from)
    else groups.set(value ?? '', [from])
  }
  const parts = [...groups].map(
    ([value, from]) => `${from.join(' and ')} ${from.length > 1 ? 'say' : 'says'} ${JSON.stringify(value)}`,
  )
  return `${field}: ${parts.join(', ')}`
}
