/** Hatches that stand for coverage states; drawings name them by id. */
export function Patterns() {
  return (
    <svg className="sprite" aria-hidden="true">
      <defs>
        <pattern id="p-gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path className="pattern-line" d="M0 0v6" />
        </pattern>
        <pattern id="p-part" width="4" height="4" patternUnits="userSpaceOnUse">
          <path className="pattern-line" d="M1 0v4" />
        </pattern>
        <pattern
          id="p-ours"
          width="4"
          height="4"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(-45)"
        >
          <path className="pattern-line" d="M0 0v4" />
        </pattern>
      </defs>
    </svg>
  )
}
