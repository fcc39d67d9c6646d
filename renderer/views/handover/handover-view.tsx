/** Handover: seal the case into a bundle that can be verified with standard tools, and verify one that came. */
import { useCase } from '../../shell/window-state.tsx'
import { SealPart } from './seal-part.tsx'
import { VerifyPart } from './verify-part.tsx'
import './handover.css'

export function HandoverView() {
  const summary = useCase()
  return (
    <div className="handover">
      <div className="handover-seal">
        <SealPart key={summary.caseId} summary={summary} />
      </div>
      <aside className="handover-verify" aria-label="Verify and open a bundle">
        <VerifyPart />
      </aside>
    </div>
  )
}
