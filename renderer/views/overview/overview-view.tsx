/** Overview: the answer first. */
import './overview.css'

export function OverviewView() {
  return <h1 className="view-title">Overview</h1>
}
