/** Timeline: its place in the window. */
export function TimelineView() {
  return <h1 className="view-title pad">Timeline</h1>
}
