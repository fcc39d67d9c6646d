// Text of evidence drawn as text and never as markup, with a search and with a wanted value marked. Tags of XML are quieter
// than what stands between them.

import { Fragment, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { Button, Escape, formatCount, plural } from '../../widgets/index.ts'
import { copyText } from './clipboard.ts'
import { findAll } from './record-text.ts'
import { textRuns } from './text-runs.ts'

/** Characters drawn at once; a record may render to millions. */
const drawnAtMost = 200_000

export function MarkedText(props: {
  title: ReactNode
  text: string
  /** what the text is, for readers: `Event as XML` */
  label: string
  /** marked as long as nothing is searched for */
  picked?: string | undefined
  searchLabel?: string
  copyLabel?: string
  acts?: ReactNode
}) {
  const [search, setSearch] = useState('')
  const [at, setAt] = useState(0)
  const box = useRef<HTMLPreElement>(null)
  const text = props.text.slice(0, drawnAtMost)
  const wanted = search || props.picked || ''
  const places = useMemo(() => findAll(text, wanted), [text, wanted])
  const runs = useMemo(() => textRuns(text, places), [text, places])
  const current = places.length === 0 ? -1 : at % places.length
  const searchLabel = props.searchLabel ?? 'Find in the XML'

  useEffect(() => {
    if (current >= 0)
      box.current?.querySelector(`[data-place="${current}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [current])

  const step = (by: number) => setAt((before) => (before + by + places.length) % Math.max(1, places.length))
  return (
    <div className="xml-pane">
      <div className="hex-head">
        <span className="cut">{props.title}</span>
        <span className="grow" />
        <input
          className="input xml-search"
          type="search"
          aria-label={searchLabel}
          placeholder={searchLabel}
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
        {props.acts}
        <Button kind="quiet" small onPress={() => void copyText(props.text)}>
          {props.copyLabel ?? 'Copy XML'}
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      {/* biome-ignore lint/a11y/useSemanticElements: the text needs <pre>, and the region its name */}
      <pre className="xml" ref={box} tabIndex={0} role="region" aria-label={props.label}>
        {runs.map((run, place) =>
          run.mark >= 0 ? (
            <mark
              className={run.mark === current ? 'value is-current' : 'value'}
              data-place={run.mark}
              // biome-ignore lint/suspicious/noArrayIndexKey: runs have no identity but their place
              key={place}
            >
              <Escape text={run.text} lines />
            </mark>
          ) : run.tag ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: runs have no identity but their place
            <span className="tag" key={place}>
              <Escape text={run.text} lines />
            </span>
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: runs have no identity but their place
            <Fragment key={place}>
              <Escape text={run.text} lines />
            </Fragment>
          ),
        )}
        {props.text.length > drawnAtMost ? (
          <span className="low">
            {'\n'}
            {plural(props.text.length - drawnAtMost, 'more character')} not drawn here. Copying gives all.
          </span>
        ) : null}
      </pre>
    </div>
  )
}
