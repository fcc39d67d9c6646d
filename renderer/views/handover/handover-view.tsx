/** Handover: its place in the window. */
export function HandoverView() {
  return <h1 className="view-title pad">Handover</h1>
}
