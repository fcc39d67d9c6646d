// One record, in every form it has: fields, bytes, XML, links. The same pane stands below the rows or at their right.

import { Tabs } from '@base-ui/react/tabs'
import { useState } from 'react'
import type { CitationShape, RecordDetails } from '../../../src/contract/shapes.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { type RecordPart, useApi, useCase } from '../../shell/window-state.tsx'
import { Button, Skeleton, TroubleNotice } from '../../widgets/index.ts'
import { FieldsList } from './fields-list.tsx'
import { HexView } from './hex-view.tsx'
import { LinksTable } from './links-table.tsx'
import { PartsTable } from './parts-table.tsx'
import { XmlView } from './xml-view.tsx'

export type RecordTab = RecordPart

export function RecordPane(props: {
  at: CitationShape
  tab: RecordTab
  onTab: (tab: RecordTab) => void
  /** wide: fields, bytes and XML stand together */
  wide: boolean
  onClose: () => void
  onCopyCitation: () => void
  onCopyJson: (details: RecordDetails) => void
  onCopyCsv: () => void
  csvLabel: string
}) {
  const api = useApi()
  const { caseId } = useCase()
  const { at } = props
  const answer = useAnswer(JSON.stringify([caseId, at]), (signal) =>
    api.record.details({ caseId, at }, { signal }),
  )
  const details = answer.value
  const [picked, setPicked] = useState<string>()
  const current =
    details &&
    details.citation.evidenceId === at.evidenceId &&
    details.citation.chunk === at.chunk &&
    details.citation.offset === at.offset
  const tabs: readonly (readonly [RecordTab, string, number | undefined])[] = [
    ['fields', props.wide ? 'All in one' : 'Fields and bytes', undefined],
    ['xml', 'XML', undefined],
    ['hex', 'Hex', undefined],
    ['links', 'Links', details?.links.length],
  ]
  return (
    <section className={props.wide ? 'details is-wide' : 'details'} aria-label={`Record ${at.recordId}`}>
      <Tabs.Root
        className="details-tabs"
        value={props.tab}
        onValueChange={(id: unknown) => props.onTab(id as RecordTab)}
      >
        <div className="details-head">
          <h2 className="what cut">
            {details && current ? (
              <>
                {details.eventId} <span className="low">record</span>{' '}
                <span className="mono">{details.citation.recordId}</span>
                {details.recovered ? (
                  <span className="row-recovered" title="No longer live in its log: shown because you asked.">
                    recovered
                  </span>
                ) : null}
              </>
            ) : (
              `Record ${at.recordId}`
            )}
          </h2>
          <Tabs.List className="tabs" aria-label="Record views">
            {tabs.map(([id, name, count]) => (
              <Tabs.Tab key={id} value={id} className="tab">
                {name}
                {count === undefined ? null : <span className="count">{count}</span>}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <span className="grow" />
          <span className="details-acts">
            <Button kind="quiet" small onPress={props.onCopyCitation} keys={['Y']}>
              Copy citation
            </Button>
            <Button kind="quiet" small onPress={() => details && props.onCopyJson(details)}>
              Copy as JSON
            </Button>
            <Button kind="quiet" small onPress={props.onCopyCsv}>
              {props.csvLabel}
            </Button>
          </span>
          <Button kind="quiet" small icon="close" label="Close details" onPress={props.onClose} />
        </div>
        {answer.trouble ? (
          <div className="details-trouble">
            <TroubleNotice trouble={answer.trouble} again={answer.again} />
          </div>
        ) : details ? (
          <div className={current ? 'details-content' : 'details-content is-dimmed'}>
            <Panels
              key={`${details.citation.evidenceId}/${details.citation.chunk}/${details.citation.offset}`}
              details={details}
              wide={props.wide}
              picked={picked}
              onPick={setPicked}
            />
          </div>
        ) : answer.slow ? (
          <div className="details-trouble">
            <Skeleton rows={6} label="Reading the record" />
          </div>
        ) : null}
      </Tabs.Root>
    </section>
  )
}

function Panels(props: {
  details: RecordDetails
  wide: boolean
  picked: string | undefined
  onPick: (value: string | undefined) => void
}) {
  const { details, picked } = props
  const fields = <FieldsList details={details} picked={picked} onPick={props.onPick} />
  const hex = <HexView details={details} picked={picked} />
  const xml = <XmlView details={details} picked={picked} />
  return (
    <>
      <Tabs.Panel value="fields" className={props.wide ? 'details-stack' : 'details-body'} tabIndex={-1}>
        {fields}
        {hex}
        {props.wide ? xml : null}
      </Tabs.Panel>
      <Tabs.Panel value="xml" className="details-single" tabIndex={-1}>
        {xml}
      </Tabs.Panel>
      <Tabs.Panel value="hex" className="details-hex" tabIndex={-1}>
        {hex}
        <PartsTable details={details} picked={picked} />
      </Tabs.Panel>
      <Tabs.Panel value="links" className="details-single" tabIndex={-1}>
        <LinksTable details={details} />
      </Tabs.Panel>
    </>
  )
}
