// The record as XML, drawn as text and never as markup, with a search and with the picked value marked.

import { Fragment, useEffect, useMemo, useRef, useState } from 'react'
import type { RecordDetails } from '../../../src/contract/shapes.ts'
import { Button, Escape, formatCount, plural } from '../../widgets/index.ts'
import { copyText } from './clipboard.ts'
import { findAll } from './record-text.ts'

/** Characters drawn at once; a record may render to millions. */
const drawnAtMost = 200_000

export function XmlView(props: { details: RecordDetails; picked: string | undefined }) {
  const { xml } = props.details
  const [search, setSearch] = useState('')
  const [at, setAt] = useState(0)
  const box = useRef<HTMLPreElement>(null)
  const text = xml.slice(0, drawnAtMost)
  const wanted = search || props.picked || ''
  const places = useMemo(() => findAll(text, wanted), [text, wanted])
  const current = places.length === 0 ? -1 : at % places.length

  useEffect(() => {
    if (current >= 0) box.current?.querySelectorAll('mark')[current]?.scrollIntoView({ block: 'nearest' })
  }, [current])

  const step = (by: number) => setAt((before) => (before + by + places.length) % Math.max(1, places.length))
  const runs: { text: string; mark: number }[] = []
  let from = 0
  places.forEach(([start, end], place) => {
    if (start > from) runs.push({ text: text.slice(from, start), mark: -1 })
    runs.push({ text: text.slice(start, end), mark: place })
    from = end
  })
  runs.push({ text: text.slice(from), mark: -1 })

  return (
    <div className="xml-pane">
      <div className="hex-head">
        <span>Event, rendered from binary XML</span>
        <span className="grow" />
        <input
          className="input xml-search"
          type="search"
          aria-label="Find in the XML"
          placeholder="Find in the XML"
          value={search}
          onChange={(change) => {
            setSearch(change.target.value)
            setAt(0)
          }}
          onKeyDown={(press) => {
            if (press.key === 'Enter') {
              press.preventDefault()
              step(press.shiftKey ? -1 : 1)
            } else if (press.key === 'Escape' && search) {
              press.stopPropagation()
              press.preventDefault()
              setSearch('')
            }
          }}
        />
        <span role="status" className="xml-count">
          {wanted ? (places.length ? `${current + 1} of ${formatCount(places.length)}` : 'not found') : ''}
        </span>
        <Button kind="quiet" small onPress={() => void copyText(xml)}>
          Copy XML
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      {/* biome-ignore lint/a11y/useSemanticElements: the text needs <pre>, and the region its name */}
      <pre className="xml" ref={box} tabIndex={0} role="region" aria-label="Event as XML">
        {runs.map((run, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: runs have no identity but their place
          <Fragment key={place}>
            {run.mark >= 0 ? (
              <mark className={run.mark === current ? 'value is-current' : 'value'}>
                <Escape text={run.text} lines />
              </mark>
            ) : (
              <Escape text={run.text} lines />
            )}
          </Fragment>
        ))}
        {xml.length > drawnAtMost ? (
          <span className="low">
            {'\n'}
            {plural(xml.length - drawnAtMost, 'more character')} not drawn here. Copy XML gives all.
          </span>
        ) : null}
      </pre>
    </div>
  )
}
