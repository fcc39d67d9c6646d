/** Lifetimes of the task's name: one name may have been several tasks. */
import type { TaskEntryShape } from '../../../src/contract/task-shapes.ts'
import { Absent, AnyCitations, Escape, formatCount, formatStamp } from '../../widgets/index.ts'
import { asSentence } from '../overview/words.ts'
import { beganWord } from './task-words.ts'

const ends: Readonly<Record<string, string>> = { deleted: 'Deleted', replaced: 'Made anew' }

export function LifetimesPart(props: { task: TaskEntryShape }) {
  const { lifetimes } = props.task
  if (lifetimes.length === 0) return null
  return (
    <section aria-labelledby="h-lives">
      <h2 className="block-title" id="h-lives">
        Lifetimes{' '}
        <span className="hint">
          {lifetimes.length > 1
            ? `one name, ${formatCount(lifetimes.length)} tasks: what one ran says nothing of the other`
            : 'one task has had this name, as far as is recorded'}
        </span>
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      {/* biome-ignore lint/a11y/useSemanticElements: the region only scrolls */}
      <div className="table-scroll" role="region" tabIndex={0} aria-label="Lifetimes, table">
        <table className="table lives">
          <thead>
            <tr>
              <th className="l-no num">No.</th>
              <th className="l-from">From, UTC</th>
              <th className="l-to">To, UTC</th>
              <th className="l-by">Made by</th>
              <th className="l-n num">Runs</th>
              <th className="l-n num">Changes</th>
              <th>Why so</th>
              <th className="l-cite">Records</th>
            </tr>
          </thead>
          <tbody>
            {lifetimes.map((life) => (
              <tr key={life.number} className="tall">
                <td className="num">{life.number}</td>
                <td className="wrap">
                  {beganWord(life.began)}
                  <br />
                  {life.from === null ? (
                    <Absent />
                  ) : (
                    <span className="mono">{formatStamp(life.from, 3)}</span>
                  )}
                </td>
                <td className="wrap">
                  {life.ended === null ? (
                    <Absent why="end not recorded" />
                  ) : (
                    <>
                      {ends[life.ended] ?? life.ended}
                      <br />
                      {life.to === null ? (
                        <Absent />
                      ) : (
                        <span className="mono">{formatStamp(life.to, 3)}</span>
                      )}
                    </>
                  )}
                </td>
                <td className="wrap">
                  {life.creator === null ? <Absent /> : <Escape text={life.creator} />}
                  {life.id === null ? null : (
                    <span className="mono low l-id" title={life.id}>
                      <Escape text={life.id} />
                    </span>
                  )}
                </td>
                <td className="num">{formatCount(life.runs)}</td>
                <td className="num">{formatCount(life.changes)}</td>
                <td className="wrap mid">
                  <Escape text={asSentence(life.why)} />
                </td>
                <td className="wrap">
                  <AnyCitations at={life.citations} most={2} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
