import type { ReactNode } from 'react'
import { Icon } from '../../widgets/index.ts'
import { verdictWords } from './verdicts.ts'

const icons = { good: 'seal', judge: 'warn', harm: 'fail' } as const

/** The verdict of a verification: word, shape, and a hue that is green only when everything was verified. */
export function VerdictBlock(props: { verdict: string; says?: string; children?: ReactNode }) {
  const { kind, title, says } = verdictWords(props.verdict)
  return (
    <div className={`verdict verdict-${kind}`} role="status">
      <p className="word">
        <Icon name={icons[kind]} />
        {title}
      </p>
      <p className="small">{props.says ?? says}</p>
      {props.children ? <p className="small mid">{props.children}</p> : null}
    </div>
  )
}
