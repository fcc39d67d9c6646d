/** What the lines mean; only those that the drawing has. */
import type { Drawing } from './model.ts'

const lines: readonly (readonly [strengths: readonly string[], className: string, word: string])[] = [
  [['exact', 'strong'], 'link-line', 'strong link'],
  [['medium'], 'link-line link-medium', 'medium'],
  [['weak'], 'link-line link-weak', 'weak'],
  [['derived'], 'link-line link-derived', 'parent and child'],
]

export function Legend(props: { drawing: Drawing; tint: number }) {
  const strengths = new Set(props.drawing.links.map((link) => link.strength))
  return (
    <span className="legend" aria-hidden="true">
      <span>
        <svg className={`host-${props.tint}`} aria-hidden="true">
          <line className="session" x1="0" y1="4" x2="22" y2="4" />
        </svg>
        same logon
      </span>
      {lines
        .filter(([among]) => among.some((each) => strengths.has(each)))
        .map(([, className, word]) => (
          <span key={word}>
            <svg aria-hidden="true">
              <line className={className} x1="0" y1="4" x2="22" y2="4" />
            </svg>
            {word}
          </span>
        ))}
    </span>
  )
}
