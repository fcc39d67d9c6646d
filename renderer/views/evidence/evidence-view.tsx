/** Evidence: its place in the window. */
export function EvidenceView() {
  return <h1 className="view-title pad">Evidence</h1>
}
