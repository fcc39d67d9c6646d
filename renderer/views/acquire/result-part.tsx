import type { Taken } from '../../shell/host-runs.ts'
import { useWindow } from '../../shell/window-state.tsx'
import { Button, Escape, formatBytes, formatCount, Notice, plural } from '../../widgets/index.ts'
import { storedOf } from './plan-rows.ts'

const shown = 5

/** What came of it: items, hashes, and what could not be taken with the way out. */
export function ResultPart(props: { result: Taken }) {
  const { result } = props
  const { go } = useWindow()
  const stored = storedOf(result)
  const problems = result.problems.filter((one) => one.severity !== 'info')
  const says = `${formatBytes(stored.bytes)} in ${plural(stored.items, 'item')}, ${plural(result.records, 'record')}.`
  const hashes =
    stored.differ > 0
      ? `${plural(stored.differ, 'item')} with hashes that differ.`
      : `${plural(stored.three, 'file')} with three equal hashes: on the host, on receipt, in the store. What was asked has no file there.`
  const breaks = result.breaks > 0 ? ` ${plural(result.breaks, 'broken connection')} taken up again.` : ''
  const acts = (
    <>
      <Button small kind="primary" onPress={() => go('overview')}>
        Show what happened
      </Button>
      {problems.length > 0 ? (
        <Button small onPress={() => go('evidence', 'problems')}>
          See the problems
        </Button>
      ) : null}
    </>
  )
  if (problems.length === 0 && stored.differ === 0)
    return (
      <Notice kind="good" title="Taken whole" acts={acts}>
        {says} {hashes}
        {breaks}
      </Notice>
    )
  return (
    <Notice
      kind={problems.some((one) => one.severity === 'error') || stored.differ > 0 ? 'harm' : 'judge'}
      title={`Taken, with ${plural(problems.length, 'problem')}`}
      acts={acts}
    >
      {says} {hashes}
      {breaks}
      <ul className="result-problems">
        {problems.slice(0, shown).map((one) => (
          <li key={`${one.code} ${one.where} ${one.what}`}>
            <span className="strong">
              <Escape text={one.where} />
            </span>{' '}
            <Escape text={one.what} />
          </li>
        ))}
        {problems.length > shown ? <li>and {formatCount(problems.length - shown)} more</li> : null}
      </ul>
    </Notice>
  )
}
