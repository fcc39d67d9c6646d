/** Definitions as they stand in the evidence: one with a search, or two side by side with their differences. */
import { useMemo, useState } from 'react'
import type { TaskDetailsShape } from '../../../src/contract/task-shapes.ts'
import { AnyCitation, Button, Empty, Escape, formatCount, plural } from '../../widgets/index.ts'
import { MarkedText } from '../record/marked-text.tsx'
import { type LinePair, lineDiff } from './line-diff.ts'

type Texts = TaskDetailsShape['texts']

export function TextPart(props: { texts: Texts }) {
  const { texts } = props
  const [at, setAt] = useState(0)
  const [other, setOther] = useState(-1)
  const one = texts[at] ?? texts[0]
  const second = other >= 0 ? texts[other] : undefined
  if (!one)
    return (
      <Empty kind="cannot-tell" title="No source holds its definition as text">
        The registry keeps it in parts that are no text. What they say stands in the summary.
      </Empty>
    )
  return (
    <div className="task-text">
      <div className="row task-text-pick">
        <Pick label={second ? 'Left' : 'Source'} texts={texts} at={at} onAt={setAt} />
        <AnyCitation at={one.citation} />
        {texts.length > 1 ? (
          second ? (
            <>
              <Pick label="Right" texts={texts} at={other} onAt={setOther} />
              <AnyCitation at={second.citation} />
              <Button small kind="quiet" onPress={() => setOther(-1)}>
                One at a time
              </Button>
            </>
          ) : (
            <Button small onPress={() => setOther(at === texts.length - 1 ? 0 : texts.length - 1)}>
              Compare with another
            </Button>
          )
        ) : null}
      </div>
      {second ? (
        <Compared one={one} other={second} key={`${at} ${other}`} />
      ) : (
        <MarkedText
          title={
            one.cut
              ? `The first ${formatCount(one.text.length)} characters`
              : `${plural(one.text.length, 'character')}, as stored`
          }
          text={one.text}
          label="Definition as text"
          searchLabel="Find in the definition"
          copyLabel="Copy as it is"
          key={at}
        />
      )}
    </div>
  )
}

function Pick(props: { label: string; texts: Texts; at: number; onAt: (at: number) => void }) {
  return (
    <label className="row small">
      <span className="low">{props.label}</span>
      <select
        className="input task-text-choice"
        value={props.at}
        onChange={(change) => props.onAt(Number(change.target.value))}
      >
        {props.texts.map((text, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: sources may share a name
          <option key={place} value={place}>
            {text.from.slice(0, 200)}
          </option>
        ))}
      </select>
    </label>
  )
}

/** unchanged lines kept around a change */
const around = 3

function Compared(props: { one: Texts[number]; other: Texts[number] }) {
  const { one, other } = props
  const pairs = useMemo(() => lineDiff(one.text, other.text), [one, other])
  const [whole, setWhole] = useState(false)
  if (!pairs)
    return (
      <Empty kind="cannot-tell" title="Too long or too different to be laid side by side">
        Look at one at a time, or copy both.
      </Empty>
    )
  const changed = pairs.filter(({ same }) => !same).length
  if (changed === 0)
    return (
      <Empty kind="no" title="Line for line the same">
        The ends of lines are not compared.
      </Empty>
    )
  const shown = pairs.map(
    (_, at) => whole || pairs.slice(Math.max(0, at - around), at + around + 1).some((each) => !each.same),
  )
  return (
    <>
      <p className="small low row">
        {plural(changed, 'line')} of {formatCount(pairs.length)} differ.{' '}
        <Button small kind="quiet" pressed={whole} onPress={() => setWhole(!whole)}>
          {whole ? 'Only what differs' : 'All lines'}
        </Button>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      {/* biome-ignore lint/a11y/useSemanticElements: the region only scrolls */}
      <div className="diff-lines" role="region" tabIndex={0} aria-label="Definitions side by side">
        <table className="lines">
          <thead className="unseen">
            <tr>
              <th scope="col">Left</th>
              <th scope="col">Right</th>
            </tr>
          </thead>
          <tbody>
            {pairs.map((pair, at) =>
              shown[at] ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
                <Line pair={pair} key={at} />
              ) : shown[at - 1] === true || at === 0 ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
                <tr key={at} className="is-folded">
                  <td colSpan={2}>{plural(foldedFrom(shown, at), 'equal line')}</td>
                </tr>
              ) : null,
            )}
          </tbody>
        </table>
      </div>
    </>
  )
}

function foldedFrom(shown: readonly boolean[], at: number): number {
  const next = shown.indexOf(true, at)
  return (next < 0 ? shown.length : next) - at
}

function Line(props: { pair: LinePair }) {
  const { left, right, same } = props.pair
  return (
    <tr className={same ? undefined : 'is-changed'}>
      <td>
        {left === undefined ? null : <Escape text={left} lines />}
        {same || left === undefined ? null : <span className="unseen"> (only left)</span>}
      </td>
      <td>
        {right === undefined ? null : <Escape text={right} lines />}
        {same || right === undefined ? null : <span className="unseen"> (only right)</span>}
      </td>
    </tr>
  )
}
