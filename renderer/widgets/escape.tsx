/** Evidence text on screen: isolated, with controls and bidi marks shown in amber. Markup stays text. */
import { Fragment } from 'react'
import { textParts } from './escape-parts.ts'

export function Escape(props: { text: string; code?: boolean; lines?: boolean }) {
  const parts = textParts(props.text, props.lines)
  const inside = parts.map((part, index) =>
    part.mark ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
      <span className="escape" key={index}>
        {part.text}
      </span>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
      <Fragment key={index}>{part.text}</Fragment>
    ),
  )
  return <bdi>{props.code ? <code>{inside}</code> : inside}</bdi>
}
