/** The report as Tier 2 will read it, drawn from its blocks: text of evidence stays text. */
import { useState } from 'react'
import type { ReportBlock, ReportCell } from '../../../src/contract/report-shapes.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { usePlaybook } from '../../shell/playbook-state.tsx'
import { useApi, useCase } from '../../shell/window-state.tsx'
import { Button, Escape, Skeleton, TroubleNotice } from '../../widgets/index.ts'

export function ReportPreview() {
  const api = useApi()
  const { caseId, counts } = useCase()
  const { acts } = usePlaybook()
  const [includeCase, setIncludeCase] = useState(true)
  const preview = useAnswer(
    `report ${caseId} ${counts.evidence} ${counts.records} ${acts} ${includeCase}`,
    (signal) => api.report.preview({ caseId, includeCase }, { signal }),
  )
  return (
    <div className="preview">
      <div className="preview-bar">
        <span className="small mid">report.html, as Tier 2 will read it</span>
        <span className="grow" />
        <label className="check small">
          <input
            type="checkbox"
            className="box"
            checked={includeCase}
            onChange={(change) => setIncludeCase(change.target.checked)}
          />
          with what people stated
        </label>
        <Button small onPress={() => window.print()}>
          Print
        </Button>
      </div>
      <TroubleNotice trouble={preview.trouble} again={preview.again} />
      {preview.value ? (
        <article className="paper" aria-label="Report">
          {preview.value.blocks.map((block, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no identity but their place
            <Block block={block} key={place} />
          ))}
        </article>
      ) : preview.slow ? (
        <div className="paper">
          <Skeleton rows={12} label="Writing the report" />
        </div>
      ) : null}
    </div>
  )
}

function Block(props: { block: ReportBlock }) {
  const { block } = props
  switch (block.kind) {
    case 'heading': {
      const Head = `h${block.level + 1}` as 'h2'
      return (
        <Head className={`paper-h${block.level}`}>
          <Escape text={block.text} />
        </Head>
      )
    }
    case 'text':
      return (
        <p className={block.tone ? `tone-${block.tone}` : undefined}>
          <Cell cell={block.text} />
        </p>
      )
    case 'pairs':
      return (
        <dl className="paper-pairs">
          {block.pairs.map(([name, value], place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: pairs have no identity but their place
            <div key={place}>
              <dt>
                <Cell cell={name ?? ''} />
              </dt>
              <dd>
                <Cell cell={value ?? ''} />
              </dd>
            </div>
          ))}
        </dl>
      )
    case 'notice':
      return (
        <div className={`paper-notice notice notice-${block.tone}`}>
          <div>
            <p className="notice-title">
              <Escape text={block.title} />
            </p>
            {block.lines.map((line, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
              <p key={place}>
                <Cell cell={line} />
              </p>
            ))}
          </div>
        </div>
      )
    case 'table':
      return (
        // biome-ignore lint/a11y/useSemanticElements: the region only scrolls
        <div
          className="paper-scroll"
          role="region"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          tabIndex={0}
          aria-label={`Table: ${block.head.join(', ')}`}
        >
          <table>
            <thead>
              <tr>
                {block.head.map((name, place) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: heads have no identity but their place
                  <th key={place} style={{ width: `${block.widths[place] ?? 10}%` }}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
                <tr key={at}>
                  {row.map((cell, place) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: cells have no identity but their place
                    <td key={place}>
                      <Cell cell={cell} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )
    case 'picture':
      return (
        <figure className="paper-picture">
          <figcaption>
            <Escape text={block.title} />
          </figcaption>
          <ol>
            {block.rows.map((row, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
              <li key={place} className={row.isAnchor ? 'is-anchor' : undefined}>
                <span className="mono num">{row.delta}</span>
                <span>
                  <Escape text={row.what} />
                </span>
                <span className="mono low">
                  <Escape text={row.place} />
                </span>
              </li>
            ))}
          </ol>
        </figure>
      )
  }
}

function Cell(props: { cell: ReportCell }) {
  const { cell } = props
  const parts = Array.isArray(cell) ? cell : [cell]
  return parts.map((part, place) =>
    typeof part === 'string' ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
      <Escape text={part} key={place} />
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
      <span className={`tone-${part.tone}`} key={place}>
        <Escape text={part.text} code={part.tone === 'code'} />
      </span>
    ),
  )
}
