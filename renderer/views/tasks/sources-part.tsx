/** What each source says of the definition, side by side; a tinted cell differs from the first. */
import { useMemo } from 'react'
import type { TaskEntryShape } from '../../../src/contract/task-shapes.ts'
import { AnyCitation, Empty, Escape, formatStamp, plural } from '../../widgets/index.ts'
import { principalName } from '../overview/sentence.ts'
import { LongText } from './long-text.tsx'
import { sourceTable } from './source-columns.ts'
import { fieldWord } from './task-words.ts'

const mono = new Set(['action', 'workingDirectory', 'uri', 'securityDescriptor', 'payload'])

export function SourcesPart(props: { task: TaskEntryShape }) {
  const { task } = props
  const { columns, fields, leftOut } = useMemo(() => sourceTable(task), [task])
  const [first] = columns
  return (
    <section aria-labelledby="h-sources">
      <h2 className="block-title" id="h-sources">
        What each source says{' '}
        {columns.length > 1 ? (
          <span className="hint">
            <span className="diff-swatch" /> differs from the first
            {leftOut > 0 ? `; ${plural(leftOut, 'version')} between are not shown` : ''}
          </span>
        ) : null}
      </h2>
      {first === undefined ? (
        <Empty kind="cannot-tell" title="No source holds its definition">
          Neither a record with its XML, nor its file, nor its registry keys are in the case.
        </Empty>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        // biome-ignore lint/a11y/useSemanticElements: the region only scrolls
        <div className="table-scroll" role="region" tabIndex={0} aria-label="Sources, table">
          <table className="table diff" style={{ minWidth: 88 + columns.length * 220 }}>
            <thead>
              <tr>
                <th scope="col" className="d-what">
                  <span className="unseen">Property</span>
                </th>
                {columns.map((column) => (
                  <th
                    scope="col"
                    key={`${column.from} ${column.citation.evidenceId} ${column.citation.offset}`}
                  >
                    <span className="diff-head cut" title={column.from}>
                      <Escape text={column.from} />
                    </span>
                    <span className="diff-of">
                      {column.alike.length > 0
                        ? `and ${plural(column.alike.length, 'other')} alike`
                        : column.time === null
                          ? 'as it was found'
                          : formatStamp(column.time, 0)}{' '}
                      <AnyCitation at={column.citation} />
                    </span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {fields.map(({ field }) => (
                <tr key={field}>
                  <th scope="row">{fieldWord(field)}</th>
                  {columns.map((column) => {
                    const value = column.values.get(field)
                    const before = first.values.get(field)
                    const differs =
                      column !== first && value !== undefined && before !== undefined && value !== before
                    return (
                      <td
                        key={`${column.from} ${column.citation.evidenceId} ${column.citation.offset}`}
                        className={value === undefined ? 'is-none' : differs ? 'is-diff' : undefined}
                      >
                        {value === undefined ? (
                          column.trouble === null ? (
                            'not told'
                          ) : (
                            'not readable'
                          )
                        ) : mono.has(field) ? (
                          <LongText text={value} code />
                        ) : field === 'runAs' && principalName(value) !== value ? (
                          <>
                            {principalName(value)}{' '}
                            <span className="low mono">
                              <Escape text={value} />
                            </span>
                          </>
                        ) : (
                          <LongText text={value} />
                        )}
                        {differs ? <span className="unseen"> (differs)</span> : null}
                      </td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
