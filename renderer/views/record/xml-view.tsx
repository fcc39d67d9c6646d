/** The record as XML, with a search and with the picked value marked. */
import type { RecordDetails } from '../../../src/contract/shapes.ts'
import { MarkedText } from './marked-text.tsx'

export const XmlView = (props: { details: RecordDetails; picked: string | undefined }) => (
  <MarkedText
    title="Event, rendered from binary XML"
    text={props.details.xml}
    label="Event as XML"
    picked={props.picked}
  />
)
