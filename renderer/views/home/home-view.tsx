/** Case home: start a case, go on with one, or practise. */
import './home.css'

export function HomeView() {
  return <h1 className="view-title">Start a case</h1>
}
