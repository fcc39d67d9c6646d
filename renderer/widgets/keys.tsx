export function Keys(props: { keys: readonly string[] }) {
  return (
    <span className="keys" aria-hidden="true">
      {props.keys.map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  )
}
