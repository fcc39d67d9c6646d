/** The place of an answer that is on its way; shown only after 200 ms (see useAnswer's `slow`). */
export function Skeleton(props: { rows?: number; label?: string }) {
  return (
    <div className="skeletons" role="status" aria-label={props.label ?? 'Loading'}>
      {Array.from({ length: props.rows ?? 4 }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows are alike
        <div className="skeleton" key={row} style={{ width: `${92 - ((row * 23) % 47)}%` }} />
      ))}
    </div>
  )
}
