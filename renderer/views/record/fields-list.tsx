import { Fragment, type ReactNode, useState } from 'react'
import type { RecordDetails } from '../../../src/contract/shapes.ts'
import { useBeside } from '../../shell/settings.ts'
import { useCase } from '../../shell/window-state.tsx'
import {
  Absent,
  Button,
  Escape,
  formatCount,
  formatExactBytes,
  formatStamp,
  shortHash,
} from '../../widgets/index.ts'
import { copyText } from './clipboard.ts'

/** Characters of a value shown before it is opened. */
const shownFirst = 400

/**
 * Fields in document order: what was read, and in grey what it means. A click on a name picks the value and marks it in
 * the bytes and the XML.
 */
export function FieldsList(props: {
  details: RecordDetails
  picked: string | undefined
  onPick: (value: string | undefined) => void
}) {
  const { details } = props
  const host = useCase().hosts.find((each) => each.name === details.host)
  const beside = useBeside()(details.time, details.host, host?.utcOffsetMinutes ?? null)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="fields-scroll" tabIndex={0} aria-label="Fields">
      <dl className="fields">
        <Row name="What">
          <Escape text={details.what} />
        </Row>
        <Row name="Time">
          <span className="mono">{formatStamp(details.time)}</span>
          <span className="aside">
            UTC
            {beside ? (
              <>
                , {beside.clock} {beside.where === details.host ? 'on' : 'in'} <Escape text={beside.where} />
              </>
            ) : null}
          </span>
        </Row>
        {details.data.map((field, place) => (
          <Field
            // biome-ignore lint/suspicious/noArrayIndexKey: names may repeat, the place is the field's identity
            key={place}
            name={field.name}
            value={field.value}
            meaning={field.meaning}
            picked={props.picked}
            onPick={props.onPick}
          />
        ))}
        {details.data.length === 0 ? (
          <Row name="Event data">
            <Absent why="none recorded" />
          </Row>
        ) : null}
        <Head>System</Head>
        {details.system.map((field, place) => (
          <Field
            // biome-ignore lint/suspicious/noArrayIndexKey: names may repeat, the place is the field's identity
            key={place}
            name={field.name}
            value={field.value}
            meaning={null}
            picked={props.picked}
            onPick={props.onPick}
          />
        ))}
        <Head>Where it stands</Head>
        <Row name="Evidence">
          <span className="mono">
            <Escape text={details.evidenceName} />
          </span>
          <span className="aside">
            chunk {details.citation.chunk}, offset {formatCount(details.citation.offset)},{' '}
            {formatExactBytes(details.length)}
          </span>
        </Row>
        <Row name="SHA-256">
          <span className="mono" title={details.citation.evidenceId}>
            {shortHash(details.citation.evidenceId)}
          </span>
        </Row>
      </dl>
    </section>
  )
}

function Head(props: { children: ReactNode }) {
  return (
    <>
      <dt className="fields-head">{props.children}</dt>
      <dd className="fields-head" />
    </>
  )
}

function Row(props: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </>
  )
}

function Field(props: {
  name: string
  value: string
  meaning: string | null
  picked: string | undefined
  onPick: (value: string | undefined) => void
}) {
  const { value } = props
  const [open, setOpen] = useState(false)
  const long = value.length > shownFirst || value.includes('\n')
  const isPicked = value !== '' && props.picked === value
  const firstLine = (value.split('\n', 1)[0] ?? '').slice(0, shownFirst)
  return (
    <Fragment>
      <dt>
        <button
          type="button"
          className="field-pick"
          aria-pressed={isPicked}
          title={`${props.name}: mark this value in the bytes`}
          onClick={() => props.onPick(isPicked || value === '' ? undefined : value)}
        >
          <Escape text={props.name} />
        </button>
      </dt>
      <dd className={open ? 'is-open' : undefined}>
        {value === '' ? (
          <Absent why="empty" />
        ) : open ? (
          <span className="mono field-long">
            <Escape text={value} lines />
          </span>
        ) : (
          <span
            className={isPicked ? 'mono is-picked' : 'mono'}
            title={long ? undefined : value.slice(0, 2000)}
          >
            <Escape text={long ? firstLine : value} />
          </span>
        )}
        {props.meaning ? (
          <span className="aside">
            <Escape text={props.meaning} />
          </span>
        ) : null}
        {long ? (
          <span className="field-acts">
            <Button kind="quiet" small expanded={open} onPress={() => setOpen(!open)}>
              {open ? 'Show less' : `Show all ${formatCount(value.length)}`}
            </Button>
            {open ? (
              <Button kind="quiet" small onPress={() => void copyText(value)}>
                Copy as it is
              </Button>
            ) : null}
          </span>
        ) : null}
      </dd>
    </Fragment>
  )
}
